// Passkeys: a form with a passkey signs a challenge before it is submitted. Everything else is an ordinary form, with
// the usual redirects, messages, and errors.
(() => {
  const REFRESH_MINUTES = 4; // challenges expire after five

  const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const encode = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const decodeIds = (list) => list?.map((one) => ({ ...one, id: decode(one.id) }));

  // The browsers' own functions for these two (parseRequestOptionsFromJSON, toJSON) are too new, and missing in some
  // password managers.
  const read = (options) => ({
    ...options,
    challenge: decode(options.challenge),
    ...(options.user && { user: { ...options.user, id: decode(options.user.id) } }),
    ...(options.allowCredentials && { allowCredentials: decodeIds(options.allowCredentials) }),
    ...(options.excludeCredentials && { excludeCredentials: decodeIds(options.excludeCredentials) }),
  });
  const write = ({ id, rawId, type, response }) => JSON.stringify({
    id,
    rawId: encode(rawId),
    type,
    response: Object.fromEntries(
      ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
        .filter((name) => response[name])
        .map((name) => [name, encode(response[name])]),
    ),
  });

  const say = (form, text) => { form.querySelector("[role=alert]").textContent = text; };

  const fetchOptions = async (form, signal) => {
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    const answer = await fetch(form.dataset.passkey, { method: "POST", body, headers: { Accept: "application/json" }, signal });
    // Logged out in the meantime, or the proof of identity is too old: reload the page, which redirects.
    if (answer.status === 401 || answer.status === 403) location.reload();
    if (!answer.ok) throw new Error(`${answer.status} from ${answer.url}`);
    return answer.json();
  };

  let waiting = new AbortController(); // at most one browser prompt at a time
  let refreshing;

  const use = async (form, extra) => {
    waiting.abort();
    const { signal } = waiting = new AbortController();
    const { publicKey, challenge } = await fetchOptions(form, signal);
    const kind = publicKey.user ? "create" : "get";
    const credential = await navigator.credentials[kind]({ publicKey: read(publicKey), signal, ...extra });
    form.elements.challenge.value = challenge;
    form.elements.credential.value = write(credential);
    if (form.elements.remember) {
      form.elements.remember.disabled = !document.querySelector("input[type=checkbox][name=remember]").checked;
    }
    form.submit();
  };

  // The browser suggests passkeys in the email field, and logs in with a click on one.
  const offerInField = async (form) => {
    if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
    const offer = () => use(form, { mediation: "conditional" }).catch(() => { /* the button still works */ });
    offer();
    refreshing = setInterval(offer, REFRESH_MINUTES * 60_000);
  };

  const MESSAGES = {
    AbortError: "",
    NotAllowedError: "No passkey was used. Try again, or use another method.",
    InvalidStateError: "This device already has a passkey for your account.",
  };

  const submit = (form) => {
    clearInterval(refreshing);
    say(form, "");
    use(form).catch((error) => {
      say(form, MESSAGES[error.name] ?? "That didn't work. Reload the page and try again.");
      if ("autofill" in form.dataset) offerInField(form);
    });
  };

  const prepare = (form) => {
    const { origin } = form.dataset;
    if (location.origin !== origin) {
      const link = document.createElement("a");
      link.href = link.textContent = origin + location.pathname;
      form.replaceChildren("Passkeys don’t work at this address. Open ", link, " to use one.");
    } else if (!window.PublicKeyCredential) {
      form.replaceChildren(...(form.elements.name ? ["This browser doesn't support passkeys."] : []));
    } else {
      form.addEventListener("submit", (event) => { event.preventDefault(); submit(form); });
      form.querySelector("button").disabled = false;
      // Not right after a refused one: some browsers would use it again immediately.
      if ("autofill" in form.dataset && !form.querySelector("[role=alert]").textContent) offerInField(form);
    }
  };

  document.querySelectorAll("form[data-passkey]").forEach(prepare);
})();
