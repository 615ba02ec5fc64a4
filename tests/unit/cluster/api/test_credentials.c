/* Certificates that verify, a token that only itself matches, a kubeconfig that nobody else reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "cluster/api/credentials.h"
#include "common/base64.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/yaml.h"

#define ADDRESS "127.32.0.1"

static X509 *read_certificate(const char *text)
{
    BIO *memory = BIO_new_mem_buf(text, -1);
    X509 *certificate = PEM_read_bio_X509(memory, NULL, NULL, NULL);
    BIO_free(memory);
    assert_non_null(certificate);
    return certificate;
}

static void test_certificates(void **state)
{
    (void)state;
    struct credentials credentials;
    assert_int_equal(credentials_make(ADDRESS, clock_wall(), &credentials, NULL), 0);
    X509 *authority = read_certificate(credentials.authority_certificate);
    X509 *server = read_certificate(credentials.server_certificate);
    assert_int_equal(X509_check_ip_asc(server, ADDRESS, 0), 1);
    assert_int_equal(X509_check_host(server, "localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_ip_asc(server, "127.32.0.2", 0), 0);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    assert_int_equal(X509_STORE_add_cert(store, authority), 1);
    assert_int_equal(X509_STORE_CTX_init(context, store, server, NULL), 1);
    assert_int_equal(X509_verify_cert(context), 1);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    X509_free(server);
    X509_free(authority);
    assert_non_null(strstr(credentials.server_key, "PRIVATE KEY"));
    credentials_release(&credentials);
    assert_null(credentials.token);
}

static void test_token(void **state)
{
    (void)state;
    struct credentials one;
    struct credentials two;
    assert_int_equal(credentials_make(ADDRESS, clock_wall(), &one, NULL), 0);
    assert_int_equal(credentials_make(ADDRESS, clock_wall(), &two, NULL), 0);
    assert_true(strlen(one.token) >= 32);
    assert_true(credentials_token_matches(&one, one.token));
    assert_false(credentials_token_matches(&one, two.token));
    assert_false(credentials_token_matches(&one, ""));
    assert_false(credentials_token_matches(&one, NULL));
    one.token[5] ^= 1;
    char *wrong = memory_copy_text(one.token);
    one.token[5] ^= 1;
    assert_false(credentials_token_matches(&one, wrong));
    free(wrong);
    credentials_release(&one);
    credentials_release(&two);
}

static void check_kubeconfig(const char *text, size_t length, const struct credentials *credentials)
{
    AUTO_YAML struct yaml_documents documents = {0};
    assert_int_equal(yaml_parse("kubeconfig", text, length, &documents, NULL), 0);
    AUTO_JSON cJSON *config = yaml_to_json(documents.roots[0]);
    const cJSON *cluster = cJSON_GetArrayItem(json_get(config, "clusters"), 0);
    const cJSON *user = cJSON_GetArrayItem(json_get(config, "users"), 0);
    const cJSON *context = cJSON_GetArrayItem(json_get(config, "contexts"), 0);
    assert_string_equal(json_text(json_get(config, "current-context"), ""), "lab");
    assert_string_equal(json_text(json_get(context, "context", "cluster"), ""), "lab");
    assert_string_equal(json_text(json_get(cluster, "cluster", "server"), ""), "https://127.32.0.1:6443");
    assert_string_equal(json_text(json_get(user, "user", "token"), ""), credentials->token);
    const char *encoded = json_text(json_get(cluster, "cluster", "certificate-authority-data"), "");
    AUTO_FREE char *decoded = base64_decode(encoded, NULL, NULL);
    assert_string_equal(decoded, credentials->authority_certificate);
}

static void test_kubeconfig(void **state)
{
    (void)state;
    struct credentials credentials;
    struct stat facts;
    size_t length;
    char folder[] = "/tmp/hpalab-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    AUTO_FREE char *path = memory_format("%s/kubeconfig", folder);
    assert_int_equal(credentials_make(ADDRESS, clock_wall(), &credentials, NULL), 0);
    assert_int_equal(credentials_write_kubeconfig(&credentials, path, "lab", "https://127.32.0.1:6443", NULL), 0);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    AUTO_FREE char *text = file_read(path, 100000, &length, NULL);
    assert_non_null(text);
    check_kubeconfig(text, length, &credentials);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
    assert_int_equal(credentials_write_kubeconfig(&credentials, path, "lab", "https://127.32.0.1:6443", NULL), -1);
    assert_int_equal(credentials_write_kubeconfig(&credentials, path, "a\"b", "https://127.32.0.1:6443", NULL), -1);
    credentials_release(&credentials);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_kubeconfig),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
