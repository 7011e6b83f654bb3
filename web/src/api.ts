/** The server's API, as docs/page.md and /api/docs describe it. */

export interface FoundFace {
  number: number;
  box_px: [number, number, number, number];
  score: number;
  yaw_deg: number;
}

export interface Problem {
  type?: string; // urn:faceborn:problem:no-face
  title: string;
  detail?: string;
  status?: number;
  hint?: string;
}

export interface Status {
  id: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  stage: string | null;
  progress: number;
  created: string;
  expires: string;
  photo: { width: number; height: number } | null;
  faces: FoundFace[];
  face: number;
  report: object | null; // null until head.glb is whole
  error: Problem | null;
  files: Record<string, string>;
}

export interface Limits {
  max_upload_bytes: number;
  keep_seconds: number;
}

/** What went wrong, in the server's words where it has some. */
export class ApiError extends Error {
  constructor(
    readonly problem: Problem,
    readonly status: number,
  ) {
    super(problem.title);
  }
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  let problem: Problem = { title: '' };
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // no words: the page has its own for the status
  }
  throw new ApiError(problem, response.status);
}

/** Sends the photo; `sent` hears the part of it that has left, 0..1. */
export function sendPhoto(
  photo: Blob,
  name: string,
  face: number,
  sent: (part: number) => void,
): Promise<Status> {
  // XMLHttpRequest, because fetch does not tell how much has been sent
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/heads');
    request.responseType = 'json';
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) sent(event.loaded / event.total);
    });
    request.addEventListener('error', () => reject(new ApiError({ title: '' }, 0)));
    request.addEventListener('load', () => {
      if (request.status === 202) resolve(request.response as Status);
      else reject(new ApiError((request.response as Problem) ?? { title: '' }, request.status));
    });
    const form = new FormData();
    form.append('photo', photo, name);
    form.append('preview', 'false'); // the page draws its own pictures
    if (face > 1) form.append('face', String(face));
    request.send(form);
  });
}

export async function readStatus(id: string): Promise<Status> {
  return (await checked(await fetch(`/api/heads/${encodeURIComponent(id)}`))).json();
}

export async function deleteHead(id: string): Promise<void> {
  await checked(await fetch(`/api/heads/${encodeURIComponent(id)}`, { method: 'DELETE' }));
}

export async function readBytes(url: string): Promise<ArrayBuffer> {
  return (await checked(await fetch(url))).arrayBuffer();
}

export async function readJson<T>(url: string): Promise<T> {
  return (await checked(await fetch(url))).json() as Promise<T>;
}

/**
 * Follows a head until it is done or has failed: server-sent events, and plain questions where
 * those do not come through. Returns a function that stops.
 */
export function followHead(
  id: string,
  heard: (status: Status) => void,
  failed: (error: unknown) => void,
): () => void {
  const events = new EventSource(`/api/heads/${encodeURIComponent(id)}/events`);
  let timer = 0;
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    events.close();
    clearTimeout(timer);
  };
  const hear = (status: Status): void => {
    if (stopped) return;
    if (status.state === 'done' || status.state === 'failed') stop();
    heard(status);
  };
  const ask = async (): Promise<void> => {
    try {
      hear(await readStatus(id));
      if (!stopped) timer = setTimeout(ask, 1000);
    } catch (error) {
      if (stopped) return;
      stop();
      failed(error);
    }
  };
  events.addEventListener('status', (event) => hear(JSON.parse(event.data) as Status));
  events.addEventListener('error', () => {
    events.close();
    if (!stopped) void ask();
  });
  return stop;
}
