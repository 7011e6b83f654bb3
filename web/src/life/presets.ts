/** Expressions by name: weights of the ARKit blendshapes. */
const both = (name: string, weight: number): Record<string, number> => ({
  [`${name}Left`]: weight,
  [`${name}Right`]: weight,
});

export const PRESETS = {
  neutral: {},
  smile: { ...both('mouthSmile', 0.75), ...both('cheekSquint', 0.45), ...both('eyeSquint', 0.25), ...both('mouthDimple', 0.15) },
  laugh: { ...both('mouthSmile', 0.9), jawOpen: 0.38, ...both('cheekSquint', 0.7), ...both('eyeSquint', 0.45), ...both('mouthUpperUp', 0.3), browInnerUp: 0.15 },
  surprise: { jawOpen: 0.42, ...both('eyeWide', 0.8), browInnerUp: 0.8, ...both('browOuterUp', 0.75), mouthFunnel: 0.25 },
  sad: { ...both('mouthFrown', 0.65), browInnerUp: 0.75, ...both('eyeSquint', 0.2), mouthShrugLower: 0.35, ...both('eyeLookDown', 0.2) },
  angry: { ...both('browDown', 0.85), ...both('noseSneer', 0.45), ...both('mouthPress', 0.45), ...both('eyeSquint', 0.35), ...both('mouthFrown', 0.3) },
  wink: { eyeBlinkLeft: 1, cheekSquintLeft: 0.6, ...both('mouthSmile', 0.4), mouthSmileLeft: 0.65 },
  blink: both('eyeBlink', 1),
  kiss: { mouthPucker: 0.9, mouthFunnel: 0.15, ...both('eyeBlink', 0.12) },
  doubt: { browDownLeft: 0.6, browOuterUpRight: 0.75, mouthLeft: 0.35, mouthShrugLower: 0.3, eyeSquintLeft: 0.4 },
  puff: { cheekPuff: 0.9, ...both('mouthPress', 0.3) },
} satisfies Record<string, Record<string, number>>;

export type Preset = keyof typeof PRESETS;
