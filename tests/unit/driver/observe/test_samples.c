/* Which answers of metrics.k8s.io count as new: a recording of a real metrics-server, and orders that mean nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "driver/observe/samples.h"
#include "tests/support/folder.h"

static char *digest(const char *text)
{
    AUTO_JSON cJSON *list = json_parse(text, strlen(text), NULL);
    assert_non_null(list);
    return samples_digest(list);
}

/* Whether two digests of consecutive answers differ exactly when a pod, a time or a usage does. */
static void test_recording(void **state)
{
    (void)state;
    AUTO_FREE char *text = test_folder_read_file("tests/data/driver/observe/podmetrics.jsonl");
    assert_non_null(text);
    char *rest = text;
    char *last = NULL;
    int answers = 0;
    int fresh = 0;
    for (char *line = strsep(&rest, "\n"); line != NULL && line[0] != '\0'; line = strsep(&rest, "\n")) {
        AUTO_JSON cJSON *tree = json_parse(line, strlen(line), NULL);
        char *now = samples_digest(json_get(tree, "metrics"));
        fresh += last == NULL || strcmp(last, now) != 0 ? 1 : 0;
        free(last);
        last = now;
        answers++;
    }
    free(last);
    assert_int_equal(answers, 12);
    assert_int_equal(fresh, 2);
}

#define ITEM(name, time) "{\"metadata\":{\"name\":\"" name "\"},\"timestamp\":\"" time "\",\"containers\":[]}"

static void test_order_does_not_matter(void **state)
{
    (void)state;
    AUTO_FREE char *one = digest("{\"items\":[" ITEM("a", "1") "," ITEM("b", "1") "]}");
    AUTO_FREE char *other = digest("{\"items\":[" ITEM("b", "1") "," ITEM("a", "1") "]}");
    AUTO_FREE char *later = digest("{\"items\":[" ITEM("b", "1") "," ITEM("a", "2") "]}");
    AUTO_FREE char *fewer = digest("{\"items\":[" ITEM("b", "1") "]}");
    assert_string_equal(one, other);
    assert_string_not_equal(one, later);
    assert_string_not_equal(one, fewer);
}

static void test_wrong_types(void **state)
{
    (void)state;
    AUTO_FREE char *none = digest("{}");
    AUTO_FREE char *odd = digest("{\"items\":[1,null,{\"containers\":{\"a\":7}},[]]}");
    assert_string_equal(none, "");
    assert_non_null(odd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recording),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_wrong_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
