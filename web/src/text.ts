/** The page's words: one JSON file per language, chosen by the reader or by the browser. */
import de from './messages/de.json';
import en from './messages/en.json';

export const LANGUAGES = { en, de } as const;
export type Language = keyof typeof LANGUAGES;
export type MessageKey = keyof typeof en;

const STORED = 'faceborn.language';
let current: Language = firstLanguage();
document.documentElement.lang = current;

function firstLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  const wanted = stored ? [stored] : navigator.languages.map((tag) => tag.slice(0, 2));
  return (wanted.find((tag) => tag in LANGUAGES) as Language | undefined) ?? 'en';
}

export const language = (): Language => current;

export function setLanguage(next: Language): void {
  current = next;
  localStorage.setItem(STORED, next);
  document.documentElement.lang = next;
}

/** The message under `key`, its {holes} filled. */
export function t(key: MessageKey, holes: Record<string, string | number> = {}): string {
  const message: string = LANGUAGES[current][key] ?? en[key];
  return message.replace(/\{(\w+)\}/g, (_, name: string) => String(holes[name] ?? ''));
}

/** As `t`, for keys put together at run time; the key itself where there is no message. */
export function tName(key: string): string {
  return key in en ? t(key as MessageKey) : key;
}

export function formatNumber(value: number, digits: number): string {
  return value.toLocaleString(current, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
