/*
 * The one logger: lines on standard error, "2026-11-22T00:48:28.123456Z warning component: text".
 * For the programs' operators; errors of a call travel in struct error instead. Never log secrets.
 * Safe to call from several threads; one write(2) a line.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Lines above this level are left out. Starts as LOG_LEVEL_WARNING. */
void log_set_level(enum log_level level);

/* component: the room, such as "kubelet". */
void log_write(enum log_level level, const char *component, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define log_error(component, ...) log_write(LOG_LEVEL_ERROR, component, __VA_ARGS__)
#define log_warning(component, ...) log_write(LOG_LEVEL_WARNING, component, __VA_ARGS__)
#define log_info(component, ...) log_write(LOG_LEVEL_INFO, component, __VA_ARGS__)
#define log_debug(component, ...) log_write(LOG_LEVEL_DEBUG, component, __VA_ARGS__)

#endif
