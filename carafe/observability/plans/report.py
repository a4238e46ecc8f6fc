"""A plan, with warnings and advice."""

from dataclasses import dataclass, field

from carafe.checks import collapse_whitespace
from carafe.observability.plans.advice import IndexAdvice, IndexTrial
from carafe.observability.plans.nodes import Node, flag_nodes
from carafe.observability.plans.scopes import Scope

NO_INDEX = "No index on the columns it filters or sorts by would help."
FULL_READ = "It reads whole tables, so an index can't help. Add a WHERE or LIMIT."
DIFFERENT_PLAN = "The plan differs on empty tables, so no index could be tested."
SCAN_IS_CHEAPER = "Fine: there's an index, but the database estimates that a scan is cheaper"


@dataclass
class PlanReport:
    nodes: list[Node]
    scopes: list[Scope]
    # Numbers of rows by table, as far as they were counted.
    sizes: dict[str, int] = field(default_factory=dict)
    advice: IndexAdvice | None = None
    # Why no index is suggested despite warnings.
    reason: str = ""

    def flag_nodes(self) -> list[Node]:
        return flag_nodes(self.nodes, self.scopes, self.sizes)

    def advise(self, trial: IndexTrial) -> None:
        """Suggest an index that would help, or say why none would."""
        flagged = self.flag_nodes()
        before = flag_nodes(trial.plan(), self.scopes, self.sizes)
        if not before:
            for node in flagged:
                node.acceptable_reason = SCAN_IS_CHEAPER
        elif not {node.alias for node in before} <= {node.alias for node in flagged}:
            self.reason = DIFFERENT_PLAN
        else:
            self.advice = trial.advise(self.scopes, self.sizes)
            filtered = any(scope.filtered for scope in self.scopes)
            self.reason = "" if self.advice else NO_INDEX if filtered else FULL_READ

    def abort(self, error: Exception) -> None:
        """Record that nothing could be tried, since tables are locked or can't be created."""
        if self.flag_nodes():
            self.reason = f"Couldn't test any index: {collapse_whitespace(str(error))[:200]}"
