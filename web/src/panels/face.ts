/** Panel: life, presets and the 52 sliders. */
import { choices, slider, type Slider, toggle } from '../controls';
import { element } from '../element';
import { type Preset, PRESETS } from '../life/presets';
import type { Viewer } from '../stage/viewer';
import { t, tName } from '../text';

const GROUPS = ['eye', 'brow', 'jaw', 'mouth', 'cheek', 'nose', 'tongue'] as const;

export function facePanel(viewer: Viewer): Node[] {
  const { expression, alive, head } = viewer;
  const sliders = new Map<string, Slider>();
  const wear = (weights: Readonly<Record<string, number>>): void => {
    expression.moveTo(weights);
    for (const [name, one] of sliders) one.set(weights[name] ?? 0);
    viewer.wake();
  };
  const presets = ['photo' as const, ...(Object.keys(PRESETS) as Preset[])].sort(
    (a, b) => Number(b === 'neutral') - Number(a === 'neutral'),
  );
  const groups = GROUPS.map((group) => {
    const names = head.names.filter((name) => name.startsWith(group));
    const rows = names.map((name) => {
      const one = slider({
        label: labelOf(name), name, min: 0, max: 1, value: expression.get(name),
        changed: (weight) => {
          expression.set(name, weight);
          viewer.wake();
        },
      });
      sliders.set(name, one);
      return one.node;
    });
    return element('details', {}, element('summary', {}, t(`group.${group}`)), element('div', {}, ...rows));
  });
  return [
    element(
      'section', {},
      toggle(t('face.alive'), alive.idle, (on) => { alive.idle = on; viewer.wake(); }),
      toggle(t('face.gaze'), alive.follow, (on) => { alive.follow = on; viewer.wake(); }),
    ),
    element(
      'section', {},
      element('h3', {}, t('face.presets')),
      choices(
        t('face.presets'),
        presets.map((value) => ({ value, label: t(`preset.${value}`) })),
        null,
        (value) => wear(value === 'photo' ? head.facts.expression : PRESETS[value]),
      ),
    ),
    element('section', {}, element('h3', {}, t('face.sliders')), element('div', {}, ...groups)),
  ];
}

/** "mouthSmileLeft" to "Smile, left". */
function labelOf(name: string): string {
  const side = /(Left|Right)$/.exec(name)?.[1];
  const base = tName(`expr.${side ? name.slice(0, -side.length) : name}`);
  return side ? `${base}, ${tName(`side.${side}`)}` : base;
}
