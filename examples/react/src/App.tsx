import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { ConflictError, NotesApi, type Note, type Version } from "../../shared/api";

type Form = { title: string; body: string; version?: Version; key: string };

export function App() {
  const [url, setUrl] = useState(sessionStorage.getItem("url") ?? location.origin);
  const [token, setToken] = useState(sessionStorage.getItem("token") ?? "");
  const [api, setApi] = useState<NotesApi>(); // after logging in
  const [notes, setNotes] = useState<Note[]>([]);
  const [cursor, setCursor] = useState<string>();
  const [loading, setLoading] = useState(false);
  const [form, setForm] = useState<Form>();
  const [conflict, setConflict] = useState<Version>();
  const [message, setMessage] = useState("");
  const [retry, setRetry] = useState<() => Promise<void>>();
  const heading = useRef<HTMLHeadingElement>(null);
  const end = useRef<HTMLParagraphElement>(null);

  /** Do something that needs the server; show what went wrong, and offer to repeat it. */
  async function attempt(action: () => Promise<void>) {
    setMessage("");
    setRetry(undefined);
    setLoading(true);
    try {
      await action();
    } catch (error) {
      if (error instanceof ConflictError) setConflict(error.current);
      const isOffline = error instanceof TypeError; // what fetch throws without a response
      setMessage(isOffline ? "The server can't be reached." : (error as Error).message);
      if (isOffline) setRetry(() => () => attempt(action));
    }
    setLoading(false);
  }

  async function reload(api: NotesApi) {
    const page = await api.list();
    setNotes(page.notes);
    setCursor(page.cursor);
    show(undefined);
  }

  const logIn = () =>
    attempt(async () => {
      const api = new NotesApi(url, token);
      await reload(api);
      sessionStorage.setItem("url", url);
      sessionStorage.setItem("token", token);
      setApi(api);
    });

  function logOut() {
    sessionStorage.clear();
    location.reload();
  }

  const more = () =>
    attempt(async () => {
      const page = await api!.list(cursor);
      setNotes([...notes, ...page.notes]);
      setCursor(page.cursor);
    });

  function show(version: Version | undefined, open = false) {
    setConflict(undefined);
    const { title = "", body = "" } = version?.note ?? {};
    setForm(open ? { title, body, version, key: crypto.randomUUID() } : undefined);
  }

  function change(values: Partial<Form>) {
    setForm({ ...form!, ...values });
    setRetry(undefined); // it would send what was in the form before
  }

  const edit = (id: number) => attempt(async () => show(await api!.read(id), true));

  const save = ({ version, key, title, body }: Form) =>
    attempt(async () => {
      if (version) await api!.update(version, { title, body });
      else await api!.create({ title, body }, key);
      await reload(api!);
    });

  const remove = (version: Version) =>
    attempt(async () => {
      await api!.remove(version);
      await reload(api!);
    });

  /** Overwrite the other version, which the user has seen by now. */
  function keepMine() {
    const mine = { ...form!, version: conflict };
    setForm(mine);
    setConflict(undefined);
    return save(mine);
  }

  function takeTheirs() {
    setMessage("");
    show(conflict, true);
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    return form ? save(form) : logIn();
  }

  useEffect(() => {
    if (token) void logIn();
  }, []);

  useEffect(() => {
    if (api) heading.current!.focus();
  }, [api, form?.key]);

  useEffect(() => {
    if (!cursor || loading || form || message) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      void more();
    });
    observer.observe(end.current!);
    return () => observer.disconnect();
  }, [api, cursor, loading, form, message]);

  return (
    <>
      <h1 ref={heading} tabIndex={-1}>{form ? (form.version ? "Edit note" : "New note") : "Notes"}</h1>
      <div role="alert" className="alert">{message}</div>
      {retry && <p><button type="button" onClick={retry}>Try again</button></p>}

      {!api ? (
        <form onSubmit={submit}>
          <label>Server <input value={url} onChange={(event) => setUrl(event.target.value)} type="url" required /></label>
          <label>
            API token{" "}
            <input value={token} onChange={(event) => setToken(event.target.value)} type="password" autoComplete="off" required />
          </label>
          <button>Log in</button>
        </form>
      ) : form ? (
        <form onSubmit={submit}>
          <label>
            Title <input value={form.title} onChange={(event) => change({ title: event.target.value })} required maxLength={200} />
          </label>
          <label>
            Text <textarea value={form.body} onChange={(event) => change({ body: event.target.value })} rows={6} />
          </label>
          {conflict ? (
            <section aria-label="Their version">
              <h2>Their version: {conflict.note.title}</h2>
              <pre>{conflict.note.body}</pre>
              <p className="actions">
                <button type="button" onClick={keepMine}>Keep mine</button>
                <button type="button" onClick={takeTheirs}>Take theirs</button>
              </p>
            </section>
          ) : (
            <p className="actions">
              <button disabled={loading}>Save</button>
              {form.version && <button type="button" disabled={loading} onClick={() => remove(form.version!)}>Delete</button>}
              <button type="button" onClick={() => show(undefined)}>Cancel</button>
            </p>
          )}
        </form>
      ) : (
        <>
          <p className="actions">
            <button type="button" onClick={() => show(undefined, true)}>New note</button>
            <button type="button" onClick={logOut}>Log out</button>
          </p>
          <ul>
            {notes.map((note) => (
              <li key={note.id}><button type="button" onClick={() => edit(note.id)}>{note.title}</button></li>
            ))}
          </ul>
        </>
      )}
      <p ref={end} role="status">{loading ? "Loading…" : ""}</p>
    </>
  );
}
