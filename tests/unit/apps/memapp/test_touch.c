/*
 * Touching pages that a file no longer has.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/memapp/touch.h"
#include "common/memory.h"

#define PAGES 3000 /* several batches */

struct file {
    struct toucher *toucher;
    int descriptor;
    size_t page;
};

static void make_file(struct file *file)
{
    file->page = (size_t)sysconf(_SC_PAGESIZE);
    file->descriptor = memfd_create("test", MFD_CLOEXEC);
    file->toucher = toucher_create(NULL);
    assert_non_null(file->toucher);
    assert_int_equal(ftruncate(file->descriptor, (off_t)(PAGES * file->page)), 0);
}

static void release_file(const struct file *file)
{
    toucher_destroy(file->toucher);
    (void)close(file->descriptor);
}

static size_t resident_pages(void *data, const struct file *file)
{
    static unsigned char resident[PAGES];
    size_t count = 0;
    assert_int_equal(mincore(data, PAGES * file->page, resident), 0);
    for (size_t i = 0; i < PAGES; i++)
        count += resident[i] & 1;
    return count;
}

static void every_page_is_touched(void **state)
{
    (void)state;
    struct file file;
    atomic_bool stop = false;
    make_file(&file);
    size_t size = PAGES * file.page - 7;
    void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(data != MAP_FAILED);
    assert_int_equal(resident_pages(data, &file), 0);
    assert_int_equal(toucher_touch(file.toucher, data, size, true, &stop), size);
    assert_int_equal(resident_pages(data, &file), PAGES);
    assert_int_equal(munmap(data, size), 0);
    release_file(&file);
}

static void touches_up_to_the_end_of_a_file_that_shrank(int flags, bool write)
{
    struct file file;
    atomic_bool stop = false;
    make_file(&file);
    void *data = mmap(NULL, PAGES * file.page, PROT_READ | (write ? PROT_WRITE : 0), flags, file.descriptor, 0);
    assert_true(data != MAP_FAILED);
    for (size_t left = PAGES; left > 0; left /= 5) {
        assert_int_equal(ftruncate(file.descriptor, (off_t)(left * file.page)), 0);
        assert_int_equal(toucher_touch(file.toucher, data, PAGES * file.page, write, &stop), left * file.page);
    }
    assert_int_equal(ftruncate(file.descriptor, 0), 0);
    errno = 0;
    assert_int_equal(toucher_touch(file.toucher, data, PAGES * file.page, write, &stop), 0);
    assert_int_equal(errno, EFAULT);
    assert_int_equal(munmap(data, PAGES * file.page), 0);
    release_file(&file);
}

static void a_private_mapping_may_shrink(void **state)
{
    (void)state;
    touches_up_to_the_end_of_a_file_that_shrank(MAP_PRIVATE, true);
}

static void a_shared_mapping_may_shrink(void **state)
{
    (void)state;
    touches_up_to_the_end_of_a_file_that_shrank(MAP_SHARED, false);
}

static void nothing_is_touched_after_the_end(void **state)
{
    (void)state;
    struct file file;
    atomic_bool stop = true;
    make_file(&file);
    void *data = mmap(NULL, PAGES * file.page, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.descriptor, 0);
    assert_true(data != MAP_FAILED);
    assert_int_equal(toucher_touch(file.toucher, data, PAGES * file.page, true, &stop), 0);
    assert_int_equal(munmap(data, PAGES * file.page), 0);
    release_file(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_is_touched),
        cmocka_unit_test(a_private_mapping_may_shrink),
        cmocka_unit_test(a_shared_mapping_may_shrink),
        cmocka_unit_test(nothing_is_touched_after_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
