#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver/report/html.h"
#include "driver/report/markdown.h"

static void check(const char *markdown, const char *html)
{
    struct buffer output;
    buffer_init(&output, 100000);
    markdown_to_html(markdown, &output);
    assert_string_equal(output.data, html);
    buffer_release(&output);
}

static void test_blocks(void **state)
{
    (void)state;
    check("", "");
    check("one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>\n");
    check("# Title\ntext", "<h3>Title</h3>\n<p>text</p>\n");
    check("###### deep", "<h6>deep</h6>\n");
    check("#no heading", "<p>#no heading</p>\n");
    check("- a\n- b\n  more\n\nend", "<ul><li>a</li><li>b\nmore</li></ul>\n<p>end</p>\n");
    check("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>\n");
    check("> said", "<blockquote> said</blockquote>\n");
    check("    code *x*\n", "<pre><code>code *x*\n</code></pre>\n");
    check("```sh\n# no heading\n- no list\n```\nafter", "<pre><code># no heading\n- no list\n</code></pre>\n<p>after</p>\n");
    check("```\nnever closed", "<pre><code>never closed\n</code></pre>\n");
    check("one\r\ntwo\r\n", "<p>one\ntwo</p>\n");
}

static void test_spans(void **state)
{
    (void)state;
    check("a *b* **c** `d` _e_", "<p>a <em>b</em> <strong>c</strong> <code>d</code> <em>e</em></p>\n");
    check("**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>\n");
    check("`a *b*`", "<p><code>a *b*</code></p>\n");
    check("2 * 3 * 4", "<p>2 * 3 * 4</p>\n");
    check("snake_case_name", "<p>snake_case_name</p>\n");
    check("*open", "<p>*open</p>\n");
    check("**", "<p>**</p>\n");
}

static void test_nothing_passes_through(void **state)
{
    (void)state;
    check("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
    check("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n");
    check("`</code><img src=x>`", "<p><code>&lt;/code&gt;&lt;img src=x&gt;</code></p>\n");
    check("# <b>", "<h3>&lt;b&gt;</h3>\n");
    check("```\n</pre>\n```", "<pre><code>&lt;/pre&gt;\n</code></pre>\n");
    check("&amp; \" '", "<p>&amp;amp; &quot; &#39;</p>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_blocks), cmocka_unit_test(test_spans),
                                       cmocka_unit_test(test_nothing_passes_through)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
