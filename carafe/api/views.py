"""The operations of a resource."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Response, abort, request, url_for
from sqlalchemy import bindparam, select
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from carafe.admin.schema import table_column
from carafe.api import batches, bodies, documentation, filters
from carafe.api.blueprint import Blueprint
from carafe.api.idempotency import idempotent
from carafe.api.paging import Order, PagedQuery, fetch_page
from carafe.api.problems import InvalidFieldsError, InvalidParameterError, InvalidValue
from carafe.api.references import check_references, conflicts
from carafe.api.resource import Resource
from carafe.auth import current_user, quotas
from carafe.auth.access import ensure_permission, has_recent_proof
from carafe.database import AnySelect, Base, contains, db
from carafe.database.aliases import JSONObject
from carafe.security.refusals import refuse
from carafe.web import search_term
from carafe.web.routing import Policy
from carafe.web.urls import public_url

# Method and path of each operation, below the URL of the resource.
ROUTES = {
    "list": ("GET", ""),
    "create": ("POST", ""),
    "read": ("GET", "/<int:id>"),
    "replace": ("PUT", "/<int:id>"),
    "patch": ("PATCH", "/<int:id>"),
    "delete": ("DELETE", "/<int:id>"),
    "batch": ("POST", ":batch"),
}


def add_operations(blueprint: Blueprint, resource: Resource) -> None:
    """Add the operations of a resource, each with its policy and description."""
    views = ResourceViews(resource)
    for operation in resource.operations:
        method, path = ROUTES[operation]
        blueprint.operation(
            method,
            f"/{resource.name}{path}",
            f"{resource.name}.{operation}",
            deprecated=resource.deprecated.get(operation),
            document=partial(documentation.describe, resource, operation),
            **resource.policy(operation),
        )(getattr(views, operation))


class ResourceViews:
    """Views that follow from a declaration."""

    def __init__(self, resource: Resource):
        self.resource = resource
        self.columns = [field.attribute for field in resource.all_fields]
        self._lists = {
            order: PagedQuery(self._list_query(order), order) for order in resource.orders.values()
        }
        self.create = idempotent(self._create)
        self.replace = idempotent(self._replace)
        self.patch = idempotent(self._patch)
        self.delete = idempotent(self._delete)
        self.batch = idempotent(self._batch)

    def list(self) -> Response:
        resource, user_id = self.resource, current_user.id
        query = self._filtered(self._order())
        own = ("cursor", "limit", "count")
        args = [pair for pair in request.args.items(multi=True) if pair[0] not in own]
        parameters = {"owner": user_id}
        rows, next_url = fetch_page(query, [user_id, *sorted(args)], parameters)
        items = [resource.dump(row) for row in rows]
        page: JSONObject = {"items": items, "next": next_url}
        if filters.is_true("count"):
            page["count"] = query.count(parameters)
        content = bodies.encode(page)
        response = bodies.json_response(content, etag=bodies.etag_of(content))
        if next_url:
            response.headers["Link"] = f'<{next_url}>; rel="next"'
        return response

    def read(self, id: int) -> Response:
        row = db.session.execute(self._mine(*self.columns).where(self.resource.key == id)).first()
        content = bodies.encode(self.resource.dump(row or abort(404)))
        return bodies.json_response(content, etag=bodies.etag_of(content))

    def _create(self) -> Response:
        row = self.add(bodies.read_json(bodies.JSON))
        response = self._response(row, 201)
        path = url_for(f"api_{self.resource.name}.read", id=getattr(row, self.resource.key.key))
        response.headers["Location"] = public_url(path)
        return response

    def _replace(self, id: int) -> Response:
        body = bodies.read_json(bodies.JSON)
        row = self._requested_row(id)
        self.put(row, body)
        return self._response(row)

    def _patch(self, id: int) -> Response:
        body = bodies.read_json(bodies.MERGE_PATCH, bodies.JSON, header="Accept-Patch")
        row = self._requested_row(id)
        self.merge(row, body)
        return self._response(row)

    def _delete(self, id: int) -> Response:
        self.remove(self._requested_row(id))
        return Response(status=204)

    def _batch(self) -> Response:
        return batches.run(self)

    def ensure_allowed(self, operation: str) -> None:
        """Refuse an operation in a batch as it would be refused alone: with 403 or 410."""
        if operation not in self.resource.operations:
            abort(403, f"This resource doesn't have the operation “{operation}”.")
        if deprecation := self.resource.deprecated.get(operation):
            deprecation.ensure_available()
        rules = Policy(**self.resource.policy(operation))
        ensure_permission(rules, current_user)
        if rules.fresh_login and not has_recent_proof(current_user):
            refuse(403, "access.denied", "no_recent_proof", "Confirm it's you first.")

    def add(self, body: JSONObject) -> Base:
        """Create a row in this transaction. Raises `InvalidFieldsError` (422)."""
        resource, values = self.resource, self._load(body)
        if resource.owner_attribute is not None:
            quotas.limit_rows(resource.owner_attribute, current_user.id)
            values[resource.owner] = current_user.id
        with conflicts():
            if resource.create:
                return resource.create(**values)
            return _create_row(resource.model, values)

    def put(self, row: Base, body: JSONObject) -> None:
        """Replace all that can be written of a row. Raises `InvalidFieldsError` (422)."""
        self._edit(row, self._defaults() | self._load(body, self.resource.dump_row(row)))

    def merge(self, row: Base, body: JSONObject) -> None:
        """Change some of a row. Raises `InvalidFieldsError` (422)."""
        self._edit(row, self._load(body, self.resource.dump_row(row), partial=True))

    def remove(self, row: Base) -> None:
        with conflicts():
            if self.resource.delete:
                self.resource.delete(row)
            elif hasattr(row, "delete"):
                row.delete()
            else:
                db.session.delete(row)

    def describe(self, row: Base) -> JSONObject:
        """Return a row as a result of a batch: with its entity tag."""
        item = self.resource.dump_row(row)
        return {"id": item["id"], "etag": bodies.etag_of(bodies.encode(item)), "item": item}

    def _edit(self, row: Base, values: JSONObject) -> None:
        with conflicts():
            if self.resource.edit:
                self.resource.edit(row, **values)
            elif hasattr(row, "edit"):
                row.edit(**values)
            else:
                for name, value in values.items():
                    setattr(row, name, value)

    def _order(self) -> Order:
        orders = self.resource.orders
        if order := orders.get(request.args.get("sort", self.resource.order)):
            return order
        names = ", ".join(self.resource.sort_keys)
        reason = f"This list can be sorted by {names}; with “-”, in descending order."
        raise InvalidParameterError(InvalidValue(reason, parameter="sort"))

    def _filtered(self, order: Order) -> PagedQuery:
        """Return the query for the rows that match the filters in the query string."""
        resource, whole = self.resource, self._lists[order]
        clauses = filters.conditions(resource.filter_fields)
        if resource.search and (text := search_term()):
            clauses.append(contains(text, *resource.search_columns))
        if resource.where:
            clauses.append(resource.where())
        return PagedQuery(self._list_query(order).where(*clauses), order) if clauses else whole

    def _list_query(self, order: Order) -> AnySelect:
        """Return the query for all rows, or for those of the user with the ID `owner`."""
        query: AnySelect = select(*self.columns, order.key, order.id)
        owner = self.resource.owner_attribute
        return query if owner is None else query.where(owner == bindparam("owner"))

    def _mine(self, *columns: Any) -> AnySelect:
        query, owner = select(*columns), self.resource.owner_attribute
        if self.resource.where:
            query = query.where(self.resource.where())
        return query if owner is None else query.where(owner == current_user.id)

    def _requested_row(self, id: int) -> Base:
        """Return a row, locked. Raises 404, 428 without `If-Match`, and 412 if it's out of date."""
        row = self._locked_row(id)
        bodies.ensure_unchanged(self._etag(row))
        return row

    def row_to_change(self, id: int, if_match: str) -> Base:
        """Return a row that a batch changes, locked. Raises 404, 428, and 412."""
        row = self._locked_row(id)
        bodies.ensure_match(if_match, self._etag(row))
        return row

    def _locked_row(self, id: int) -> Base:
        query = self._mine(self.resource.model).where(self.resource.key == id)
        row: Base = db.session.scalar(query.with_for_update()) or abort(404)
        denial_reason = self.resource.denial_reason
        if denial_reason and (reason := denial_reason(row, current_user)):
            refuse(403, "access.denied", "denial_reason", reason)
        return row

    def _etag(self, row: Base) -> str:
        return bodies.etag_of(bodies.encode(self.resource.dump_row(row)))

    def _response(self, row: Base, status: int = 200) -> Response:
        content = bodies.encode(self.resource.dump_row(row))
        return bodies.json_response(content, status, etag=bodies.etag_of(content))

    def _load(
        self, body: JSONObject, current: Mapping[str, Any] = {}, *, partial: bool = False
    ) -> JSONObject:
        """Return the values of a body. Raises `InvalidFieldsError` (422).

        What can't be written may be sent along as it was read.
        """
        read_only = {field.name for field in self.resource.all_fields if field.read_only}
        written, invalid = {}, []
        for name, value in body.items():
            if name not in read_only:
                written[name] = value
            elif current.get(name) != value:
                invalid.append(InvalidValue("This can't be changed.", f"/{name}"))
        try:
            values = bodies.load(self.resource.input_schema, written, partial=partial)
        except InvalidFieldsError as error:
            raise InvalidFieldsError([*invalid, *error.invalid]) from None
        if invalid:
            raise InvalidFieldsError(invalid)
        is_own = self.resource.owner_attribute is not None
        check_references(self.resource.all_fields, values, own=is_own)
        return values

    def _defaults(self) -> JSONObject:
        """Return what a replacement sets where it says nothing."""
        columns = [
            (field.name, table_column(field.attribute))
            for field in self.resource.all_fields
            if not (field.read_only or field.schema.required)
        ]
        return {
            name: column.default.arg
            if isinstance(column.default, ScalarElementColumnDefault)
            else None
            for name, column in columns
        }


def _create_row(model: type[Base], values: JSONObject) -> Base:
    if hasattr(model, "create"):
        created: Base = model.create(**values)
        return created
    row = model(**values)
    db.session.add(row)
    db.session.flush()
    return row
