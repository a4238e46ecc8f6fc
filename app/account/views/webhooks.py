"""Webhooks, which tell the user's own servers what happens."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.forms import WebhookForm
from app.account.views import blueprint
from carafe import webhooks as hooks
from carafe.auth import (
    confirmed_required,
    effect,
    fresh_login_required,
    login_required,
    no_impersonation,
)
from carafe.database import db
from carafe.web import ConditionalRoutes, background_request, polling

routes = ConditionalRoutes(blueprint, "WEBHOOKS")


@routes.get("/webhooks")
@login_required
@no_impersonation
def webhooks() -> ResponseReturnValue:
    rows = hooks.list_endpoints()
    return render_template("account/webhooks.html", rows=rows, most=hooks.MAX_ENDPOINTS)


@routes.get("/webhooks/new")
@confirmed_required
@no_impersonation
def new_webhook() -> ResponseReturnValue:
    return render_template("account/new_webhook.html", form=WebhookForm(formdata=None))


@routes.post("/webhooks/new")
@confirmed_required
@fresh_login_required
@effect("a webhook will be added")
def create_webhook() -> ResponseReturnValue:
    form = WebhookForm()
    if form.validate():
        try:
            webhook, secret = hooks.create_endpoint(
                form.url.data, form.events.data, form.description.data
            )
            db.session.commit()
        except hooks.TooManyEndpointsError as refusal:
            form.form_errors = [refusal.description]
        else:
            return show_secret(webhook, secret)
    return render_template("account/new_webhook.html", form=form), 422


def show_secret(webhook: hooks.WebhookEndpoint, secret: str) -> str:
    # The response to the POST: a redirect would require storing the secret in readable form.
    return render_template("account/webhook_secret.html", webhook=webhook, secret=secret)


@routes.get("/webhooks/<int:id>")
@login_required
@no_impersonation
def webhook(id: int) -> ResponseReturnValue:
    webhook = hooks.get_endpoint(id)
    page = hooks.list_deliveries(webhook)
    return render_template("account/webhook.html", webhook=webhook, page=page)


@routes.get("/webhooks/<int:id>/edit")
@confirmed_required
@no_impersonation
def edit_webhook(id: int) -> ResponseReturnValue:
    webhook = hooks.get_endpoint(id)
    values = {"url": webhook.url, "description": webhook.description}
    form = WebhookForm(formdata=None, events=webhook.event_types, **values)
    return render_template("account/edit_webhook.html", form=form, webhook=webhook)


@routes.post("/webhooks/<int:id>/edit")
@confirmed_required
@fresh_login_required
@effect("this webhook will be changed")
def update_webhook(id: int) -> ResponseReturnValue:
    webhook = hooks.get_endpoint(id)
    form = WebhookForm()
    if not form.validate():
        return render_template("account/edit_webhook.html", form=form, webhook=webhook), 422
    hooks.edit_endpoint(
        webhook,
        url=form.url.data,
        events=form.events.data,
        description=form.description.data,
    )
    db.session.commit()
    flash("Webhook saved", "success")
    return redirect(url_for("account.webhook", id=id), 303)


@routes.post("/webhooks/<int:id>/delete")
@fresh_login_required
@effect("this webhook will be deleted")
def delete_webhook(id: int) -> ResponseReturnValue:
    hooks.delete_endpoint(hooks.get_endpoint(id))
    db.session.commit()
    flash("Webhook deleted", "success")
    return redirect(url_for("account.webhooks"), 303)


@routes.post("/webhooks/<int:id>/secret")
@confirmed_required
@fresh_login_required
@effect("the webhook's secret will be replaced")
def rotate_webhook_secret(id: int) -> ResponseReturnValue:
    webhook = hooks.get_endpoint(id)
    secret = hooks.rotate_secret(webhook)
    db.session.commit()
    return show_secret(webhook, secret)


@routes.post("/webhooks/<int:id>/pause")
@confirmed_required
@no_impersonation
def pause_webhook(id: int) -> ResponseReturnValue:
    hooks.pause_endpoint(hooks.get_endpoint(id))
    db.session.commit()
    flash("Webhook paused", "success")
    return redirect(url_for("account.webhook", id=id), 303)


@routes.post("/webhooks/<int:id>/resume")
@confirmed_required
@no_impersonation
def resume_webhook(id: int) -> ResponseReturnValue:
    hooks.resume_endpoint(hooks.get_endpoint(id))
    db.session.commit()
    flash("Webhook resumed", "success")
    return redirect(url_for("account.webhook", id=id), 303)


@routes.post("/webhooks/<int:id>/test")
@confirmed_required
@no_impersonation
def send_test_event(id: int) -> ResponseReturnValue:
    delivery_id = hooks.send_test(hooks.get_endpoint(id))
    db.session.commit()
    flash("Test event sent", "success")
    return redirect(url_for("account.delivery", id=delivery_id), 303)


@routes.get("/webhooks/deliveries/<int:id>")
@login_required
@no_impersonation
def delivery(id: int) -> ResponseReturnValue:
    return render_template("account/delivery.html", **delivery_context(id))


@routes.get("/webhooks/deliveries/<int:id>/latest")
@login_required
@no_impersonation
@background_request
def latest_delivery(id: int) -> ResponseReturnValue:
    return polling.render_fragment("account/_delivery.html", **delivery_context(id))


def delivery_context(id: int) -> dict[str, Any]:
    delivery = hooks.get_delivery(id)
    attempts = hooks.list_attempts(delivery)
    version = delivery.state, delivery.attempts, delivery.endpoint.paused_at
    return {"delivery": delivery, "attempts": attempts, "version": version}


@routes.post("/webhooks/deliveries/<int:id>/resend")
@confirmed_required
@no_impersonation
def resend_delivery(id: int) -> ResponseReturnValue:
    hooks.resend(hooks.get_delivery(id))
    db.session.commit()
    flash("Sent again", "success")
    return redirect(url_for("account.delivery", id=id), 303)
