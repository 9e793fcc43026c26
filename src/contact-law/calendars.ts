/** The reviewed public holidays: one file a place, made by `npm run calendars` and changed by nothing else. */
import ar from './calendars/ar.json' with { type: 'json' };
import brAl from './calendars/br-al.json' with { type: 'json' };
import brSp from './calendars/br-sp.json' with { type: 'json' };
import br from './calendars/br.json' with { type: 'json' };
import cl from './calendars/cl.json' with { type: 'json' };
import co from './calendars/co.json' with { type: 'json' };
import ec from './calendars/ec.json' with { type: 'json' };
import es from './calendars/es.json' with { type: 'json' };
import mx from './calendars/mx.json' with { type: 'json' };
import pe from './calendars/pe.json' with { type: 'json' };
import us from './calendars/us.json' with { type: 'json' };
import overlay from './calendars/overlay.json' with { type: 'json' };
import type { HolidayCalendar } from './policy.ts';

interface CalendarFile {
  readonly id: string;
  readonly source: string;
  readonly years: Readonly<Record<string, readonly { readonly date: string }[]>>;
}

const FILES: readonly CalendarFile[] = [ar, br, brAl, brSp, cl, co, ec, es, mx, pe, us];

function calendarOf(file: CalendarFile): HolidayCalendar {
  return { id: file.id, years: Object.keys(file.years).map(Number), dates: Object.values(file.years).flatMap((days) => days.map(({ date }) => date)) };
}

export const CALENDARS: Readonly<Record<string, HolidayCalendar>> = Object.fromEntries(FILES.map((file) => [file.id, calendarOf(file)]));

/** Version that a decision records: that of the overlay, which is raised with every change of a file. */
export const CALENDAR_VERSION: string = overlay.version;
