"""A plan, and what can be said about it."""

from dataclasses import dataclass, field

from carafe.checks import one_line
from carafe.observability.plans.advice import Advice, Trial
from carafe.observability.plans.nodes import Node, mark
from carafe.observability.plans.scopes import Scope

NO_INDEX = "No index on columns that it compares or orders by would change this."
EVERYTHING = "It asks for whole tables, which no index changes: give it a WHERE or a LIMIT."
OTHERWISE = "On empty tables its plan is another one, so no index could be tried."
CHEAPER = "fine: there is an index, and the database finds this cheaper"


@dataclass
class Look:
    nodes: list[Node]
    scopes: list[Scope]
    # Rows by table, as far as they were counted.
    sizes: dict[str, int] = field(default_factory=dict)
    advice: Advice | None = None
    # Why no index is named, although there are marks.
    reason: str = ""

    def mark(self) -> list[Node]:
        return mark(self.nodes, self.scopes, self.sizes)

    def advise(self, trial: Trial) -> None:
        """Name the index that would help, or say why none is."""
        marked = self.mark()
        before = mark(trial.plan(), self.scopes, self.sizes)
        if not before:
            for node in marked:
                node.fine = CHEAPER
        elif not {node.alias for node in before} <= {node.alias for node in marked}:
            self.reason = OTHERWISE
        else:
            self.advice = trial.advise(self.scopes, self.sizes)
            filtered = any(scope.filtered for scope in self.scopes)
            self.reason = "" if self.advice else NO_INDEX if filtered else EVERYTHING

    def give_up(self, error: Exception) -> None:
        """Say that nothing could be tried: it may not make temporary tables, or they are locked."""
        if self.mark():
            self.reason = f"No index could be tried: {one_line(str(error))[:200]}"
