/** Panel: surroundings and lamp. */
import { choices, slider, toggle } from '../controls';
import { element } from '../element';
import { SURROUNDINGS } from '../stage/light';
import type { Viewer } from '../stage/viewer';
import { t } from '../text';

/** lamp  told when the lamp has moved, to move its handle */
export function lightPanel(viewer: Viewer, lamp: () => void): Node[] {
  const { stage } = viewer;
  const { light } = stage;
  const apply = (): void => {
    light.apply();
    light.applyLamp();
    stage.redraw(true);
    lamp();
  };
  const { settings } = light;
  const degrees = (value: number): string => `${Math.round(value)}°`;
  return [
    element(
      'section', {},
      element('h3', {}, t('light.surroundings')),
      choices(
        t('light.surroundings'),
        SURROUNDINGS.map((value) => ({ value, label: t(`light.${value}`) })),
        light.surroundings,
        (value) => void light.surroundWith(value).then(() => stage.redraw()),
      ),
      slider({
        label: t('light.brightness'), min: 0.2, max: 2, value: light.brightness,
        changed: (value) => { light.brightness = value; apply(); },
      }).node,
      slider({
        label: t('light.turn'), min: -180, max: 180, step: 1, value: light.turn_deg, show: degrees,
        changed: (value) => { light.turn_deg = value; apply(); },
      }).node,
    ),
    element(
      'section', {},
      toggle(t('light.lamp'), settings.on, (on) => { settings.on = on; apply(); }),
      element('p', { class: 'quiet' }, t('light.lampHint')),
      slider({
        label: t('light.side'), min: -180, max: 180, step: 1, value: settings.azimuth_deg, show: degrees,
        changed: (value) => { settings.azimuth_deg = value; apply(); },
      }).node,
      slider({
        label: t('light.height'), min: -60, max: 85, step: 1, value: settings.height_deg, show: degrees,
        changed: (value) => { settings.height_deg = value; apply(); },
      }).node,
      slider({
        label: t('light.strength'), min: 0, max: 1, value: settings.strength,
        changed: (value) => { settings.strength = value; apply(); },
      }).node,
      slider({
        label: t('light.warmth'), min: 0, max: 1, value: settings.warmth,
        changed: (value) => { settings.warmth = value; apply(); },
      }).node,
    ),
  ];
}
