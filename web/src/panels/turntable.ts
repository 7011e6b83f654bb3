/** One turn of the head as a moving picture, made in the browser. */
import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import { ArrayBufferTarget, Muxer } from 'mp4-muxer';
import type { Stage } from '../stage/stage';

const SIDE_PX = 480;
const GIF_FRAMES = 40;
const MP4_FRAMES = 90;
const MP4_FPS = 30;
const MP4: VideoEncoderConfig = {
  codec: 'avc1.42001f', width: SIDE_PX, height: SIDE_PX, bitrate: 4_000_000, framerate: MP4_FPS,
};

type Progress = (part: number) => void;

export async function canEncodeMp4(): Promise<boolean> {
  if (!('VideoEncoder' in window)) return false;
  const answer = await VideoEncoder.isConfigSupported(MP4).catch(() => null);
  return answer?.supported ?? false;
}

/** Draws the frames one after the other and leaves time for the page between them. */
async function turn(
  stage: Stage,
  frames: number,
  take: (pen: CanvasRenderingContext2D, frame: number) => void,
  progress: Progress,
): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE_PX;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (!pen) throw new Error('no 2d canvas');
  const style = getComputedStyle(stage.canvas);
  const paper = style.getPropertyValue('--stage-middle').trim();
  const home = stage.view.camera.position.clone();
  for (let frame = 0; frame < frames; frame++) {
    stage.view.turnTo((frame / frames) * 360);
    stage.drawNow(stage.software);
    const { width, height } = stage.canvas;
    const side = Math.min(width, height);
    pen.fillStyle = paper;
    pen.fillRect(0, 0, SIDE_PX, SIDE_PX);
    pen.drawImage(
      stage.canvas, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SIDE_PX, SIDE_PX,
    );
    take(pen, frame);
    progress((frame + 1) / frames);
    await new Promise((resolve) => setTimeout(resolve));
  }
  stage.view.camera.position.copy(home);
  stage.view.controls.update();
  stage.redraw(true);
}

export async function makeGif(stage: Stage, progress: Progress): Promise<Blob> {
  const gif = GIFEncoder();
  await turn(
    stage, GIF_FRAMES,
    (pen) => {
      const { data } = pen.getImageData(0, 0, SIDE_PX, SIDE_PX);
      const palette = quantize(data, 256);
      gif.writeFrame(applyPalette(data, palette), SIDE_PX, SIDE_PX, { palette, delay: 80 });
    },
    progress,
  );
  gif.finish();
  return new Blob([gif.bytes() as Uint8Array<ArrayBuffer>], { type: 'image/gif' });
}

export async function makeMp4(stage: Stage, progress: Progress): Promise<Blob> {
  const muxer = new Muxer({
    target: new ArrayBufferTarget(),
    video: { codec: 'avc', width: SIDE_PX, height: SIDE_PX, frameRate: MP4_FPS },
    fastStart: 'in-memory',
  });
  let failed: unknown = null;
  const encoder = new VideoEncoder({
    output: (chunk, meta) => muxer.addVideoChunk(chunk, meta),
    error: (error) => (failed = error),
  });
  encoder.configure(MP4);
  await turn(
    stage, MP4_FRAMES,
    (pen, number) => {
      const timestamp = (number / MP4_FPS) * 1e6;
      const frame = new VideoFrame(pen.canvas, { timestamp, duration: 1e6 / MP4_FPS });
      encoder.encode(frame, { keyFrame: number % MP4_FPS === 0 });
      frame.close();
    },
    progress,
  );
  await encoder.flush();
  encoder.close();
  if (failed) throw failed;
  muxer.finalize();
  return new Blob([muxer.target.buffer], { type: 'video/mp4' });
}
