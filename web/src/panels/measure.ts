/** Panel: the ruler. */
import { toggle } from '../controls';
import { element } from '../element';
import { MEASURES } from '../stage/ruler';
import type { Viewer } from '../stage/viewer';
import { formatNumber, t } from '../text';

const PUPILS_MM = [45, 80] as const; // of adults and children

export async function measurePanel(viewer: Viewer): Promise<Node[]> {
  const ruler = await viewer.ruler();
  if (!ruler) return [element('p', { class: 'quiet' }, t('shape.missing'))];
  const rows = element('div', {});
  const said = element('p', { class: 'quiet', role: 'status', id: 'pupils-said' });
  const draw = (): void => {
    rows.replaceChildren(...MEASURES.map((name) => {
      const { mm, sd_mm } = ruler.measure(name);
      return element(
        'div', { class: 'measure', 'data-name': name },
        element('span', {}, t(`measure.${name}`)),
        element(
          'span', {},
          element('b', {}, t('measure.value', { value: formatNumber(mm, 1) })),
          sd_mm === null ? null : element('span', { class: 'quiet' }, ` ${t('measure.sd', { sd: formatNumber(sd_mm, 1) })}`),
        ),
      );
    }));
    viewer.rescaled();
  };
  const field = element('input', {
    type: 'number', inputmode: 'decimal', id: 'pupils', min: PUPILS_MM[0], max: PUPILS_MM[1], step: 0.5,
    value: ruler.ownPupils_mm, 'aria-describedby': 'pupils-said',
  });
  field.addEventListener('input', () => {
    const value = field.valueAsNumber;
    const given = field.value !== '';
    const fits = value >= PUPILS_MM[0] && value <= PUPILS_MM[1];
    ruler.ownPupils_mm = given && fits ? value : null;
    said.textContent = !given ? ''
      : fits ? t('measure.exact', { scale: formatNumber(ruler.scale * 100, 1) })
      : t('measure.range');
    draw();
  });
  draw();
  return [
    toggle(t('measure.show'), ruler.shown, (on) => {
      ruler.shown = on;
      viewer.stage.redraw();
    }),
    rows,
    element('p', { class: 'quiet' }, t('measure.why')),
    element('div', { class: 'field' }, element('label', { for: 'pupils' }, t('measure.own')), field, element('span', { class: 'quiet' }, t('measure.ownHint')), said),
    element('p', { class: 'quiet' }, t('disclaimer')),
  ];
}
