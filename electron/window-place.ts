import { z } from 'zod';

export const MIN_WIDTH_PX = 900;
export const MIN_HEIGHT_PX = 600;
const DEFAULT_SIZE_PX = { width: 1200, height: 800 };

const savedPlaceSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  maximized: z.boolean(),
});
export type SavedPlace = z.infer<typeof savedPlaceSchema>;

export type Area = { x: number; y: number; width: number; height: number };
export type Place = { x?: number; y?: number; width: number; height: number; maximized: boolean };

/** A place read back from its file; undefined when it is none (damaged, or from another version). */
export function parsePlace(text: string): SavedPlace | undefined {
  try {
    return savedPlaceSchema.parse(JSON.parse(text));
  } catch {
    return undefined; // losing the window's place is not worth a word
  }
}

/**
 * Where to open the window: as it was left, but never smaller than usable, larger than its display, or out of sight
 * on a display that is no longer there. `workAreas` are those of the displays present, the primary one first.
 */
export function placeWindow(saved: SavedPlace | undefined, workAreas: readonly Area[]): Place {
  for (const area of workAreas) {
    const place = saved && { ...saved, ...fitInto(area, saved) };
    if (place && titleBarIsVisible(place, area)) return place;
  }
  return { ...fitInto(workAreas[0], saved), maximized: saved?.maximized ?? false };
}

function fitInto(area: Area | undefined, saved: SavedPlace | undefined): { width: number; height: number } {
  return {
    width: clamp(saved?.width ?? DEFAULT_SIZE_PX.width, MIN_WIDTH_PX, area?.width),
    height: clamp(saved?.height ?? DEFAULT_SIZE_PX.height, MIN_HEIGHT_PX, area?.height),
  };
}

/** Enough of the title bar to take hold of. */
function titleBarIsVisible(place: Area, area: Area): boolean {
  const visibleWidth = Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x);
  return visibleWidth >= 100 && place.y >= area.y - 10 && place.y <= area.y + area.height - 40;
}

function clamp(size: number, least: number, most = Number.POSITIVE_INFINITY): number {
  return Math.max(least, Math.min(size, most));
}
