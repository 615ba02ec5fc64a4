/*
 * Temporary folders of tests.
 */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

/* Makes an empty folder under TMPDIR (default /tmp) and returns its path, which the caller frees after test_folder_remove.
 * Fails the test when it cannot. */
char *test_folder_create(void);

/* Removes the folder and everything in it, following no links. NULL is harmless. */
void test_folder_remove(const char *path);

/* The contents of a file of at most 16 MiB with a NUL behind them; the caller frees it. NULL when there is none. */
char *test_folder_read_file(const char *path);

/* Writes a file anew. Fails the test when it cannot. */
void test_folder_write_file(const char *path, const char *text);

#endif
