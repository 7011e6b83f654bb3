/** The page's controls: slider, toggle, chips, tabs; named and usable by keyboard. */
import { append, element } from './element';

let count = 0;
const nextId = (): string => `c${++count}`;

export interface SliderOptions {
  label: string;
  name?: string; // for tests and styles: data-name
  min: number;
  max: number;
  step?: number;
  value: number;
  show?: (value: number) => string;
  changed: (value: number) => void;
}

export interface Slider {
  node: HTMLElement;
  set(value: number): void;
}

export function slider(options: SliderOptions): Slider {
  const { min, max, label } = options;
  const show = options.show ?? ((value: number) => String(Math.round(value * 100)));
  const id = nextId();
  const input = element('input', {
    type: 'range', id, min, max, step: options.step ?? 0.01, 'data-name': options.name,
  });
  const output = element('output', { for: id });
  const draw = (): void => {
    const value = Number(input.value);
    const part = ((value - min) / (max - min)) * 100;
    const origin = min < 0 ? (-min / (max - min)) * 100 : 0;
    const size = Math.abs(part - origin);
    // a CSS background's position counts what is left beside the picture
    const left = Math.min(part, origin);
    input.style.setProperty('--fill', `${size}%`);
    input.style.setProperty('--from', size >= 100 ? '0%' : `${(left / (100 - size)) * 100}%`);
    output.textContent = show(value);
    input.setAttribute('aria-valuetext', show(value));
  };
  input.value = String(options.value);
  input.addEventListener('input', () => {
    draw();
    options.changed(Number(input.value));
  });
  draw();
  return {
    node: element('div', { class: 'slider' }, element('label', { for: id }, label), output, input),
    set(value) {
      input.value = String(value);
      draw();
    },
  };
}

export function toggle(label: string, on: boolean, changed: (on: boolean) => void): HTMLElement {
  const input = element('input', { type: 'checkbox', role: 'switch', checked: on });
  input.addEventListener('change', () => changed(input.checked));
  return element('label', { class: 'toggle' }, element('span', {}, label), input);
}

export interface Choice<T extends string> {
  value: T;
  label: string;
  before?: Node;
}

/** One of several, as a radio group: arrow keys move, one stop for the tab key. */
export function choices<T extends string>(
  label: string,
  options: readonly Choice<T>[],
  chosen: T | null,
  changed: (value: T) => void,
  style = 'chips',
): HTMLElement {
  const group = element('div', { class: style, role: 'radiogroup', 'aria-label': label });
  const buttons = options.map(({ value, label: words, before }) => {
    const button = element('button', { type: 'button', role: 'radio', 'data-value': value });
    append(button, before ?? null, words);
    button.addEventListener('click', () => choose(value));
    return button;
  });
  const mark = (value: T | null): void => {
    buttons.forEach((button, index) => {
      const on = options[index]?.value === value;
      button.setAttribute('aria-checked', String(on));
      button.tabIndex = on || (value === null && index === 0) ? 0 : -1;
    });
  };
  const choose = (value: T): void => {
    mark(value);
    changed(value);
  };
  moveByArrows(group, buttons, (index) => {
    const option = options[index];
    if (option) choose(option.value);
  });
  mark(chosen);
  append(group, ...buttons);
  return group;
}

export interface Tab<T extends string> {
  value: T;
  label: string;
  icon: Node;
}

/** Tabs over one panel that `open` fills. */
export function tabs<T extends string>(
  label: string,
  list: readonly Tab<T>[],
  first: T,
  panel: HTMLElement,
  open: (value: T) => void,
): HTMLElement {
  const bar = element('div', { class: 'tabs', role: 'tablist', 'aria-label': label });
  panel.id = nextId();
  panel.setAttribute('role', 'tabpanel');
  panel.tabIndex = 0;
  const buttons = list.map((tab) => {
    const button = element('button', {
      type: 'button', role: 'tab', id: nextId(), 'aria-controls': panel.id, 'data-tab': tab.value,
    });
    append(button, tab.icon, tab.label);
    button.addEventListener('click', () => choose(tab.value));
    return button;
  });
  const choose = (value: T): void => {
    buttons.forEach((button, index) => {
      const on = list[index]?.value === value;
      button.setAttribute('aria-selected', String(on));
      button.tabIndex = on ? 0 : -1;
      if (on) panel.setAttribute('aria-labelledby', button.id);
    });
    open(value);
  };
  moveByArrows(bar, buttons, (index) => {
    const tab = list[index];
    if (tab) choose(tab.value);
  });
  append(bar, ...buttons);
  choose(first);
  return bar;
}

function moveByArrows(
  host: HTMLElement,
  buttons: readonly HTMLElement[],
  choose: (index: number) => void,
): void {
  host.addEventListener('keydown', (event) => {
    const now = buttons.findIndex((button) => button === document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (now < 0 || step === undefined) return;
    event.preventDefault();
    const next = (now + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next]?.focus();
  });
}
