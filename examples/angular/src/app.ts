import { afterRenderEffect, ChangeDetectionStrategy, Component, type ElementRef, signal, viewChild } from "@angular/core";
import { FormsModule } from "@angular/forms";
import { ConflictError, NotesApi, type Note, type Version } from "../../shared/api";

@Component({
  selector: "app-root",
  imports: [FormsModule],
  templateUrl: "./app.html",
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class App {
  protected readonly url = signal(sessionStorage.getItem("url") ?? location.origin);
  protected readonly token = signal(sessionStorage.getItem("token") ?? "");
  protected readonly loggedIn = signal(false);
  protected readonly notes = signal<Note[]>([]);
  protected readonly loading = signal(false);
  /** The key with which the form creates a note once, however often it is sent. */
  protected readonly editing = signal<string | undefined>(undefined);
  protected readonly title = signal("");
  protected readonly body = signal("");
  protected readonly version = signal<Version | undefined>(undefined);
  protected readonly conflict = signal<Version | undefined>(undefined);
  protected readonly message = signal("");
  protected readonly retry = signal<(() => Promise<void>) | undefined>(undefined);
  private readonly cursor = signal<string | undefined>(undefined);
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>("heading");
  private readonly end = viewChild.required<ElementRef<HTMLElement>>("end");
  private api!: NotesApi; // after logging in

  constructor() {
    afterRenderEffect(() => {
      this.editing();
      if (this.loggedIn()) this.heading().nativeElement.focus();
    });
    afterRenderEffect((onCleanup) => {
      if (!this.cursor() || this.loading() || this.editing() || this.message()) return;
      const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && this.more());
      observer.observe(this.end().nativeElement);
      onCleanup(() => observer.disconnect());
    });
    if (this.token()) void this.logIn();
  }

  /** Do something that needs the server; show what went wrong, and offer to repeat it. */
  private async attempt(action: () => Promise<void>): Promise<void> {
    this.message.set("");
    this.retry.set(undefined);
    this.loading.set(true);
    try {
      await action();
    } catch (error) {
      if (error instanceof ConflictError) this.conflict.set(error.current);
      const isOffline = error instanceof TypeError; // what fetch throws without a response
      this.message.set(isOffline ? "The server can't be reached." : (error as Error).message);
      if (isOffline) this.retry.set(() => this.attempt(action));
    }
    this.loading.set(false);
  }

  private async reload() {
    const page = await this.api.list();
    sessionStorage.setItem("url", this.url());
    sessionStorage.setItem("token", this.token());
    this.loggedIn.set(true);
    this.notes.set(page.notes);
    this.cursor.set(page.cursor);
    this.show(undefined);
  }

  private more() {
    if (this.loading()) return;
    return this.attempt(async () => {
      const page = await this.api.list(this.cursor());
      this.notes.update((notes) => [...notes, ...page.notes]);
      this.cursor.set(page.cursor);
    });
  }

  protected logIn() {
    this.api = new NotesApi(this.url(), this.token());
    return this.attempt(() => this.reload());
  }

  protected logOut() {
    sessionStorage.clear();
    location.reload();
  }

  protected show(version: Version | undefined, open = false) {
    this.conflict.set(undefined);
    this.version.set(version);
    this.title.set(version?.note.title ?? "");
    this.body.set(version?.note.body ?? "");
    this.editing.set(open ? crypto.randomUUID() : undefined);
  }

  protected edit(id: number) {
    return this.attempt(async () => this.show(await this.api.read(id), true));
  }

  protected save() {
    return this.attempt(async () => {
      const [version, values] = [this.version(), { title: this.title(), body: this.body() }];
      if (version) await this.api.update(version, values);
      else await this.api.create(values, this.editing()!);
      await this.reload();
    });
  }

  protected remove() {
    return this.attempt(async () => {
      await this.api.remove(this.version()!);
      await this.reload();
    });
  }

  /** Overwrite the other version, which the user has seen by now. */
  protected keepMine() {
    this.version.set(this.conflict());
    this.conflict.set(undefined);
    return this.save();
  }

  protected takeTheirs() {
    this.message.set("");
    this.show(this.conflict(), true);
  }
}
