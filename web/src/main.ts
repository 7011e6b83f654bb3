/** The page: which screen is shown, and what leads from one to the next. */
import './style/base.css';
import {
  ApiError, followHead, type Limits, type Problem, readBytes, readJson, readStatus, sendPhoto, type Status,
} from './api';
import { append, element, icon } from './element';
import { headScreen } from './head-screen';
import { readCoarse } from './stage/model';
import { Stage } from './stage/stage';
import { showHead, type Viewer } from './stage/viewer';
import { type Language, language, LANGUAGES, setLanguage, t, tName } from './text';
import { applyTheme, toggleTheme } from './theme';
import { type ChosenPhoto, startScreen } from './upload/start';
import { WorkScreen } from './upload/work';

const app = document.querySelector('#app') as HTMLElement;
const frame = element('div', { class: 'frame' });
const canvas = element('canvas', { tabindex: 0, role: 'img' });
frame.append(canvas);

let stage: Stage | null = null;
let viewer: Viewer | null = null;
let limits: Limits | null = null;
let photo: ChosenPhoto | null = null;
let leave: () => void = () => {};
let draw: () => void = () => {};
const coarse = readCoarse(); // before the head is here: the server may have to make it first

function screen(make: () => { node: HTMLElement; leave?: () => void }): void {
  draw = () => {
    leave();
    const made = make();
    leave = made.leave ?? (() => {});
    app.replaceChildren(element('a', { class: 'skip', href: '#main' }, t('skip')), bar(), made.node);
    made.node.tabIndex = -1;
  };
  draw();
}

function bar(): HTMLElement {
  const pick = element('select', { 'aria-label': t('language'), class: 'button plain' });
  for (const [tag, name] of Object.entries({ en: 'English', de: 'Deutsch' } satisfies Record<keyof typeof LANGUAGES, string>)) {
    pick.append(element('option', { value: tag, selected: tag === language() }, name));
  }
  pick.addEventListener('change', () => {
    setLanguage(pick.value as Language);
    draw();
  });
  const toStart = (event: Event): void => {
    event.preventDefault();
    history.pushState(null, '', '/');
    void route();
  };
  const fresh = viewer
    ? element('a', { class: 'button plain', href: '/', onclick: toStart }, icon('plus'), element('span', { class: 'words' }, t('newPhoto')))
    : null;
  fresh?.setAttribute('aria-label', t('newPhoto'));
  return filled(
    element('header', { class: 'bar' }),
    element('a', { class: 'wordmark', href: '/', onclick: toStart }, element('img', { src: '/mark.svg', alt: '' }), 'faceborn'),
    element('span', { class: 'space' }),
    fresh,
    pick,
    element('button', {
      class: 'button plain', type: 'button', 'aria-label': t('theme'), title: t('theme'),
      onclick: () => { toggleTheme(); viewer?.setMode(viewer.mode); },
    }, icon('moon')),
  );
}

function filled<T extends Node>(parent: T, ...children: (Node | null)[]): T {
  append(parent, ...children);
  return parent;
}

function showStart(problem = ''): void {
  viewer?.dispose();
  viewer = null;
  screen(() => startScreen(limits, problem, (chosen) => {
    photo = chosen;
    void makeHead(chosen, 1);
  }));
}

/** In words, whatever it was. */
function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError)) return t('failedUnknown');
  if (error.status === 0) return t('offline');
  if (error.status === 404 || error.status === 410) return t('gone');
  if (error.status === 429) return t('busy');
  return sentence(error.problem);
}

/** In the reader's language where the page knows the kind, else in the server's words. */
function sentence({ type, title, detail, hint }: Problem): string {
  const key = `problem.${type?.split(':').at(-1) ?? ''}`;
  const known = tName(key);
  if (known !== key) return known;
  const parts = [detail || title, hint].filter((part): part is string => Boolean(part));
  if (parts.length === 0) return t('failedUnknown');
  return parts
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1).replace(/[.\s]*$/, '.'))
    .join(' ');
}

async function makeHead(chosen: ChosenPhoto, face: number): Promise<void> {
  const address = URL.createObjectURL(chosen.blob);
  const work = showWork(address);
  try {
    const status = await sendPhoto(chosen.blob, chosen.name, face, (part) => work.sent(part));
    history.pushState(null, '', `/heads/${status.id}`);
    follow(status, work);
  } catch (error) {
    showStart(wordsOf(error));
  }
}

function showWork(address: string | null): WorkScreen {
  viewer?.dispose();
  viewer = null;
  const work = new WorkScreen(address, (number) => void chooseFace(number));
  screen(() => ({ node: work.node }));
  setTimeout(() => {
    try {
      readyStage(); // the head takes seconds: time to get ready
    } catch {
      // openHead says so
    }
  });
  return work;
}

let stopFollowing: () => void = () => {};

/** Told when more of the head on the screen can be saved. */
let headGrew: () => void = () => {};

function follow(status: Status, work: WorkScreen): void {
  let shown: Status | null = null; // of the head on the screen, or on its way there
  const heard = (next: Status): void => {
    if (next.state === 'failed') {
      history.replaceState(null, '', '/');
      showStart(next.error ? sentence(next.error) : t('failedUnknown'));
    } else if (shown) {
      const before = Object.keys(shown.files).length;
      Object.assign(shown, next);
      if (Object.keys(next.files).length !== before) headGrew();
    } else {
      work.heard(next);
      if (!next.files['head.glb'] || !next.report) return;
      shown = next; // what is still being packed can wait until somebody saves it
      void openHead(next, work).then((opened) => {
        if (!opened) shown = null;
      });
    }
  };
  stopFollowing();
  stopFollowing = () => {};
  heard(status);
  if (status.state === 'done' || status.state === 'failed') return;
  stopFollowing = followHead(status.id, heard, (error) => {
    if (!shown) showStart(wordsOf(error));
  });
}

/** The stage, warmed up; throws where the browser cannot draw in 3D. */
function readyStage(): Stage {
  if (!stage) {
    stage = new Stage(canvas);
    stage.warmUp();
  }
  return stage;
}

/** False if the files are gone for the moment: their worker was lost, and another makes them anew. */
async function openHead(status: Status, work: WorkScreen): Promise<boolean> {
  try {
    work.loading();
    const arriving = readBytes(status.files['head.glb'] ?? '');
    arriving.catch(() => {}); // heard below, once the stage stands
    const ready = readyStage();
    const [glb] = await Promise.all([arriving, ready.light.surroundWith(ready.light.surroundings)]);
    const opened = await showHead(ready, glb, coarse);
    if (!work.node.isConnected) {
      opened.dispose(); // the reader has gone elsewhere
      return true;
    }
    viewer = opened;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches || ready.software;
    opened.alive.idle = opened.alive.follow = !still;
    screen(() => {
      const made = headScreen(opened, frame, status, {
        chooseFace: (number) => void chooseFace(number),
        deleted: () => {
          stopFollowing();
          history.replaceState(null, '', '/');
          showStart(t('save.deleted'));
        },
      });
      headGrew = made.grew;
      return made;
    });
    ready.fit();
    ready.drawFirst();
    performance.mark('first-picture');
    opened.wake();
    setTimeout(() => void opened.prepare());
    Object.assign(window, { faceborn: { stage: ready, viewer: opened, status } }); // for the console
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && status.state !== 'done') return false;
    const noDrawing = error instanceof Error && /webgl/i.test(error.message);
    showStart(noDrawing ? t('noWebgl') : wordsOf(error));
    return true;
  }
}

/** Makes a head of another face in the photo at hand, or in the one that the server has. */
async function chooseFace(number: number): Promise<void> {
  stopFollowing();
  const id = location.pathname.split('/')[2] ?? '';
  photo ??= {
    blob: new Blob([await readBytes(`/api/heads/${id}/photo.jpg`)], { type: 'image/jpeg' }),
    name: 'photo.jpg',
  };
  await makeHead(photo, number);
}

async function route(): Promise<void> {
  stopFollowing();
  const id = /^\/heads\/([\w-]+)$/.exec(location.pathname)?.[1];
  if (!id) return showStart();
  try {
    const status = await readStatus(id);
    follow(status, showWork(status.files['photo.jpg'] ?? null));
  } catch (error) {
    showStart(wordsOf(error));
  }
}

async function begin(): Promise<void> {
  applyTheme();
  window.addEventListener('popstate', () => void route());
  limits = await readJson<Limits>('/api/limits').catch(() => null);
  await route();
}

void begin();
