/** Panel: spectacles to try on. */
import { choices, slider } from '../controls';
import { element } from '../element';
import type { FrameDesign } from '../stage/frame-parts';
import { COLORS, type FrameColor, Glasses, type Tint, TINTS } from '../stage/glasses';
import type { Viewer } from '../stage/viewer';
import { t } from '../text';

const SVG = 'http://www.w3.org/2000/svg';

export async function glassesPanel(viewer: Viewer): Promise<Node[]> {
  const glasses = await viewer.glasses();
  if (!glasses) return [element('p', { class: 'quiet' }, t('shape.missing'))];
  const designs = await Glasses.designs();
  const size = element('p', { class: 'quiet', role: 'status' });
  const wear = (): void => {
    glasses.wear();
    viewer.stage.redraw(true);
    const { design } = glasses;
    size.textContent = design ? t('glasses.size', { lens: design.lens_mm, bridge: design.bridge_mm }) : '';
  };
  wear();
  const colors = choices(
    t('glasses.color'),
    (Object.keys(COLORS) as FrameColor[]).map((value) => ({ value, label: t(`color.${value}`), before: dot(COLORS[value][0]) })),
    glasses.color,
    (value) => { glasses.chosenColor = value; wear(); },
  );
  const markColor = (): void => {
    for (const button of colors.querySelectorAll('button')) {
      const on = button.dataset['value'] === glasses.color;
      button.setAttribute('aria-checked', String(on));
      button.tabIndex = on ? 0 : -1;
    }
  };
  const frames = choices(
    t('tab.glasses'),
    [
      { value: '', label: t('glasses.none') },
      ...designs.map((design) => ({ value: design.name, label: design.name, before: picture(design) })),
    ],
    glasses.design?.name ?? '',
    (name) => {
      glasses.design = designs.find((design) => design.name === name) ?? null;
      markColor(); // metal is not black by itself
      wear();
    },
    'frames',
  );
  return [
    element('p', { class: 'quiet' }, t('glasses.lead')),
    frames,
    size,
    element(
      'section', {},
      element('h3', {}, t('glasses.color')),
      colors,
      element('h3', {}, t('glasses.tint')),
      choices(
        t('glasses.tint'),
        (Object.keys(TINTS) as Tint[]).map((value) => ({ value, label: t(`tint.${value}`), before: dot(TINTS[value]) })),
        glasses.tint,
        (value) => { glasses.tint = value; wear(); },
      ),
      slider({
        label: t('glasses.lower'), name: 'lower', min: 0, max: 1, value: glasses.lower,
        changed: (value) => { glasses.lower = value; wear(); },
      }).node,
    ),
  ];
}

function dot(color: number): Node {
  const span = element('span', { class: 'dot' });
  span.style.background = `#${color.toString(16).padStart(6, '0')}`;
  return span;
}

/** The frame's own outline as its picture. */
function picture({ outline_mm, kind, bridge_mm, rim_mm }: FrameDesign): Node {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '-76 -34 152 76');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  const loop = (side: number): string => `M${outline_mm.map(([x, y]) => `${side * x} ${-y}`).join('L')}Z`;
  const half = bridge_mm / 2;
  path.setAttribute('d', `${loop(1)}${loop(-1)}M${-half} 0Q0 -5 ${half} 0`);
  path.setAttribute('stroke-width', String(kind === 'acetate' ? rim_mm : 1.6));
  svg.append(path);
  return svg;
}
