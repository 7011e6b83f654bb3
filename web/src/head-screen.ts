/** The head's own screen: the stage, the switch of views, the panel with its tabs. */
import './style/viewer.css';
import type { Status } from './api';
import { choices, tabs } from './controls';
import { append, element, icon } from './element';
import { facePanel } from './panels/face';
import { glassesPanel } from './panels/glasses';
import { lampHandle } from './panels/lamp';
import { lightPanel } from './panels/light';
import { measurePanel } from './panels/measure';
import { photoPanel } from './panels/photo';
import { savePanel } from './panels/save';
import { shapePanel } from './panels/shape';
import { drawMeasures } from './stage/ruler';
import { MODES } from './stage/modes';
import type { Viewer } from './stage/viewer';
import { formatNumber, t, tName } from './text';

const TABS = ['light', 'face', 'shape', 'glasses', 'measure', 'photo', 'save'] as const;
type TabName = (typeof TABS)[number];

export interface HeadActions {
  chooseFace: (number: number) => void;
  deleted: () => void;
}

let lastTab: TabName = 'light';

/** frame  holds the canvas, which outlives this screen */
export function headScreen(
  viewer: Viewer, frame: HTMLElement, status: Status, actions: HeadActions,
): { node: HTMLElement; leave: () => void; grew: () => void } {
  const { stage } = viewer;
  const lamp = lampHandle(viewer);
  const sheet = element('div', { class: 'sheet' });
  const legend = sourceLegend(viewer);
  const modes = choices(
    t('modes'), MODES.map((value) => ({ value, label: t(`mode.${value}`) })), viewer.mode,
    (mode) => {
      viewer.setMode(mode);
      legend.hidden = mode !== 'source';
    },
    'switch',
  );
  const reset = element('button', {
    type: 'button', class: 'reset', 'aria-label': t('resetView'), title: t('resetView'), onclick: () => stage.view.reset(),
  }, icon('reset'));
  // beside the radio group, not in it
  const bar = element('div', { class: 'switch' });
  modes.className = 'modes';
  append(bar, modes, reset);

  const show = (tab: TabName): void => {
    lastTab = tab;
    lamp.node.hidden = true;
    if (tab === 'light') lamp.place();
    sheet.replaceChildren(element('h2', {}, tName(`tab.${tab}`)));
    sheet.scrollTop = 0;
    const content = {
      light: () => lightPanel(viewer, lamp.place),
      face: () => facePanel(viewer),
      shape: () => shapePanel(viewer),
      glasses: () => glassesPanel(viewer),
      measure: () => measurePanel(viewer),
      photo: () => photoPanel(viewer, status, actions.chooseFace),
      save: () => savePanel(viewer, status, actions.deleted),
    }[tab];
    void Promise.resolve(content()).then((nodes) => {
      if (lastTab === tab) append(sheet, ...nodes);
    });
  };
  const tabBar = tabs(
    t('tabs'), TABS.map((value) => ({ value, label: tName(`tab.${value}`), icon: icon(value === 'measure' ? 'ruler' : value) })),
    lastTab, sheet, show,
  );
  const ruler = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  ruler.setAttribute('class', 'measures');
  ruler.setAttribute('aria-hidden', 'true');
  const onDrawn = (): void => {
    if (lastTab === 'light') lamp.drawn();
    if (viewer.measures) {
      drawMeasures(
        ruler, viewer.measures, stage.camera, stage.canvas.clientWidth, stage.canvas.clientHeight,
        (mm) => t('measure.value', { value: formatNumber(mm, 1) }),
      );
    }
  };
  stage.drawn.add(onDrawn);
  const onPointer = (event: PointerEvent): void => {
    const box = stage.canvas.getBoundingClientRect();
    viewer.alive.pointAt(
      ((event.clientX - box.left) / box.width) * 2 - 1,
      1 - ((event.clientY - box.top) / box.height) * 2,
    );
  };
  window.addEventListener('pointermove', onPointer);
  stage.canvas.setAttribute('aria-label', t('canvas'));
  const node = element(
    'main', { class: 'viewer', id: 'main' },
    element('div', { class: 'stage' }, frame, ruler, lamp.node, legend, bar),
    element('aside', { class: 'panel', 'aria-label': t('tabs') }, tabBar, sheet),
  );
  return {
    node,
    leave() {
      stage.drawn.delete(onDrawn);
      window.removeEventListener('pointermove', onPointer);
    },
    grew() {
      if (lastTab === 'save') show('save');
    },
  };
}

/** What the colours of the sources mean; drawn, so that no inline style is needed. */
function sourceLegend(viewer: Viewer): HTMLElement {
  const rows = Object.entries(viewer.head.facts.source_colors).map(([name, [r, g, b]]) => {
    const dot = icon('check');
    dot.replaceChildren();
    const circle = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    for (const [key, value] of Object.entries({ cx: '6', cy: '6', r: '6', fill: `rgb(${r},${g},${b})` })) {
      circle.setAttribute(key, value);
    }
    dot.setAttribute('viewBox', '0 0 12 12');
    dot.append(circle);
    return element('li', {}, dot, tName(`legend.${name}`));
  });
  const list = element('ul', { class: 'legend' }, ...rows);
  list.hidden = viewer.mode !== 'source';
  return list;
}
