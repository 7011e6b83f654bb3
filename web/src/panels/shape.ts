/** Panel: what-if changes of the shape. */
import { slider, type Slider } from '../controls';
import { element, icon } from '../element';
import type { Viewer } from '../stage/viewer';
import { t, tName } from '../text';

const GROUPS = ['nose', 'chin', 'lips', 'ears', 'face'] as const;

export async function shapePanel(viewer: Viewer): Promise<Node[]> {
  const shape = await viewer.shape();
  if (!shape) return [element('p', { class: 'quiet' }, t('shape.missing'))];
  const sliders: Slider[] = [];
  const show = (value: number): string => (value > 0 ? '+' : '') + Math.round(value * 100);
  const apply = (): void => {
    shape.apply();
    viewer.reshaped();
  };
  const sections = GROUPS.map((group) => {
    const rows = shape.model.shapes.flatMap(({ name, group: own }, index) => {
      if (own !== group) return [];
      const one = slider({
        label: tName(`shape.${name}`), name, min: -1, max: 1, value: shape.weights[index] ?? 0, show,
        changed: (value) => {
          shape.weights[index] = value;
          apply();
        },
      });
      sliders.push(one);
      return [one.node];
    });
    return element('section', {}, element('h3', {}, t(`shape.group.${group}`)), ...rows);
  });
  const reset = element('button', {
    type: 'button', class: 'button', 'data-name': 'shape-reset',
    onclick: () => {
      shape.weights.fill(0);
      for (const one of sliders) one.set(0);
      apply();
    },
  }, icon('reset'), t('shape.reset'));
  return [element('p', { class: 'quiet' }, t('shape.lead')), ...sections, reset];
}
