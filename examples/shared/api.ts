import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Note = components["schemas"]["Note"];
type Problem = components["schemas"]["Problem"];

/** A note with the version that a change of it needs. */
export type Version = { note: Note; etag: string };

export class ApiError extends Error {
  constructor(readonly status: number, problem: Partial<Problem> | undefined) {
    const details = problem?.errors?.map((error) => error.detail).join(" ");
    super(details || problem?.detail || problem?.title || `The server answered ${status}.`);
  }
}

/** The note was changed by someone else: `current` is what it is now. */
export class ConflictError extends Error {
  constructor(readonly current: Version) {
    super("This note was changed in the meantime.");
  }
}

export class NotesApi {
  private readonly client;

  constructor(url: string, token: string) {
    this.client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });
  }

  async list(cursor?: string) {
    const { data, error, response } = await this.client.GET("/api/v1/notes", { params: { query: { cursor } } });
    if (!data) throw new ApiError(response.status, error);
    return { notes: data.items, cursor: data.next ? new URL(data.next).searchParams.get("cursor")! : undefined };
  }

  async read(id: number): Promise<Version> {
    const { data, error, response } = await this.client.GET("/api/v1/notes/{id}", { params: { path: { id } } });
    if (!data) throw new ApiError(response.status, error);
    return { note: data, etag: response.headers.get("ETag")! };
  }

  /** Create a note. To repeat a request that got no response, pass the same key. */
  async create(body: { title: string; body: string }, key: string): Promise<Note> {
    const header = { "Idempotency-Key": key };
    const { data, error, response } = await this.client.POST("/api/v1/notes", { params: { header }, body });
    if (!data) throw new ApiError(response.status, error);
    return data;
  }

  async update({ note: { id }, etag }: Version, body: { title: string; body: string }): Promise<Note> {
    const params = { path: { id }, header: { "If-Match": etag } };
    const { data, error, response } = await this.client.PATCH("/api/v1/notes/{id}", { params, body });
    if (response.status === 412) throw new ConflictError(await this.read(id));
    if (!data) throw new ApiError(response.status, error);
    return data;
  }

  async remove({ note: { id }, etag }: Version): Promise<void> {
    const params = { path: { id }, header: { "If-Match": etag } };
    const { error, response } = await this.client.DELETE("/api/v1/notes/{id}", { params });
    if (response.status === 412) throw new ConflictError(await this.read(id));
    if (!response.ok) throw new ApiError(response.status, error);
  }
}
