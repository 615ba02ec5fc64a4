/*
 * Allocation that does not fail: when memory is exhausted the program ends with one line on standard error.
 * A run is safe once its transaction is committed and the supervisor cleans up after a labcluster that is gone,
 * so ending is an answer that loses nothing, and no caller carries a path that cannot be tested.
 *
 * Scope clean-up: `AUTO_FREE char *text = ...;` frees at the end of the scope; `return steal_pointer(&text);`
 * hands the memory on instead.
 */
#ifndef COMMON_MEMORY_H
#define COMMON_MEMORY_H

#include <stddef.h>

/* Zeroed memory for count elements of size bytes; never NULL. The product is checked for overflow. */
void *memory_allocate(size_t count, size_t size) __attribute__((returns_nonnull, malloc, warn_unused_result));

/* As realloc for count elements of size bytes; new bytes are not zeroed. Never NULL. */
void *memory_resize(void *memory, size_t count, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* A copy of text; NULL stays NULL. Free with free(). */
char *memory_copy_text(const char *text) __attribute__((warn_unused_result));

/* A copy of length bytes with a NUL added. Never NULL. */
char *memory_copy_bytes(const void *bytes, size_t length) __attribute__((returns_nonnull, warn_unused_result));

/* printf into fresh memory. Never NULL. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull, warn_unused_result));

/* Overwrites a text that held a secret and frees it. NULL is harmless. */
void memory_wipe_text(char *secret);

/* For __attribute__((cleanup)): takes the address of a pointer and frees what it points to. */
void memory_free_pointer(void *pointer_address);

/* For __attribute__((cleanup)): closes the descriptor when it is not negative. */
void memory_close_descriptor(const int *descriptor);

#define CLEANUP(function) __attribute__((cleanup(function)))
#define AUTO_FREE CLEANUP(memory_free_pointer)
#define AUTO_CLOSE CLEANUP(memory_close_descriptor)

/* Gives away what a pointer variable owns: returns its value and sets it to NULL. */
#define steal_pointer(address)                                                                                                   \
    ({                                                                                                                           \
        __typeof__(*(address)) stolen_ = *(address);                                                                             \
        *(address) = NULL;                                                                                                       \
        stolen_;                                                                                                                 \
    })

#endif
