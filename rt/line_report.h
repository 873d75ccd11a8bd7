/* line_report.h: what was observed of lines, as events (include/gomm/events.h).
 */
#ifndef GOMM_RT_LINE_REPORT_H
#define GOMM_RT_LINE_REPORT_H

/* Writes `line` events and `share`, once, as the program ends.  On g0, without locks. */
void line_report(void);

#endif
