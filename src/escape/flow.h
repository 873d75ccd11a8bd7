/* flow.h: the flow of values between places: escape analysis proper.
 *
 * Source: GOROOT/src/cmd/compile/internal/escape (graph.go, expr.go, stmt.go, call.go, solve.go, leaks.go).
 */
#ifndef GOMM_ESCAPE_FLOW_H
#define GOMM_ESCAPE_FLOW_H

#include "escape/ir.h"
#include "escape/profile.h"

/* Analyses the unit's functions, components of the call graph bottom-up: sets IR_ESCAPES/IR_ANALYSED of nodes and names,
 * the functions' tags, and gives the messages of -m. */
void flow_unit(struct ir_unit *u);

#endif
