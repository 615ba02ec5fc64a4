#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cluster/controllers/queue.h"
#include "common/memory.h"

static void expect_key(struct queue *queue, int64_t now, const char *expected)
{
    AUTO_FREE char *key = queue_take(queue, now);
    if (expected == NULL)
        assert_null(key);
    else
        assert_string_equal(key, expected);
}

static void test_order_and_duplicates(void **state)
{
    (void)state;
    struct queue *queue = queue_create();
    queue_add(queue, "b", 10);
    queue_add(queue, "a", 10);
    queue_add(queue, "b", 10);
    queue_add(queue, "c", 5);
    assert_int_equal(queue_next_due(queue), 5);
    expect_key(queue, 4, NULL);
    expect_key(queue, 10, "c");
    expect_key(queue, 10, "b");
    expect_key(queue, 10, "a");
    expect_key(queue, 10, NULL);
    assert_true(queue_next_due(queue) == INT64_MAX);
    queue_destroy(queue);
}

static void test_earlier_time_wins(void **state)
{
    (void)state;
    struct queue *queue = queue_create();
    queue_add(queue, "a", 100);
    queue_add(queue, "a", 50);
    queue_add(queue, "a", 200);
    assert_int_equal(queue_next_due(queue), 50);
    expect_key(queue, 50, "a");
    expect_key(queue, 500, NULL);
    queue_destroy(queue);
}

static void test_back_off_doubles_up_to_its_maximum(void **state)
{
    (void)state;
    struct queue *queue = queue_create();
    int64_t expected = QUEUE_BACK_OFF_BASE;
    for (int i = 0; i < 40; i++) {
        queue_add_failed(queue, "a", 1000);
        assert_int_equal(queue_next_due(queue), 1000 + expected);
        expect_key(queue, INT64_MAX - 1, "a");
        expected = expected * 2 < QUEUE_BACK_OFF_MAXIMUM ? expected * 2 : QUEUE_BACK_OFF_MAXIMUM;
    }
    queue_forget(queue, "a");
    queue_add_failed(queue, "a", 0);
    assert_int_equal(queue_next_due(queue), QUEUE_BACK_OFF_BASE);
    queue_destroy(queue);
}

static void test_many_keys_come_in_order(void **state)
{
    (void)state;
    struct queue *queue = queue_create();
    for (int i = 0; i < 5000; i++) {
        AUTO_FREE char *key = memory_format("%d", i);
        queue_add(queue, key, (i * 7919) % 5003);
    }
    int64_t last = -1;
    for (int i = 0; i < 5000; i++) {
        int64_t due = queue_next_due(queue);
        AUTO_FREE char *key = queue_take(queue, INT64_MAX - 1);
        assert_true(due >= last);
        assert_int_equal((atoi(key) * 7919) % 5003, due);
        last = due;
    }
    expect_key(queue, INT64_MAX - 1, NULL);
    queue_destroy(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_duplicates),
        cmocka_unit_test(test_earlier_time_wins),
        cmocka_unit_test(test_back_off_doubles_up_to_its_maximum),
        cmocka_unit_test(test_many_keys_come_in_order),
    };
    return cmocka_run_group_tests_name("cluster/controllers/queue", tests, NULL, NULL);
}
