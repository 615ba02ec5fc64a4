/*
 * The members of the load engine's structs, as they travel. Whoever adds a member to one of them adds it to its table.
 */
#ifndef DRIVER_WIRE_WIRE_TABLES_H
#define DRIVER_WIRE_WIRE_TABLES_H

#include "driver/wire/wire_field.h"

extern const struct wire_table wire_spec_table, wire_tick_table, wire_row_table, wire_exemplar_table;

#endif
