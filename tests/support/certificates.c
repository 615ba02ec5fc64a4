#include "tests/support/certificates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/memory.h"

#define DAY 86400L

struct signer {
    X509 *certificate;
    EVP_PKEY *key;
};

static void add_extension(X509 *certificate, X509 *issuer, int what, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, what, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* issuer: NULL = it signs itself. names: of the server; NULL = none. */
static struct signer make(const char *common_name, const struct signer *issuer, const char *names, long number)
{
    struct signer made = {.certificate = X509_new(), .key = EVP_EC_gen("P-256")};
    assert_non_null(made.certificate);
    assert_non_null(made.key);
    const struct signer *by = issuer != NULL ? issuer : &made;
    X509_NAME *subject = X509_get_subject_name(made.certificate);
    (void)X509_set_version(made.certificate, X509_VERSION_3);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), number);
    (void)X509_gmtime_adj(X509_getm_notBefore(made.certificate), -DAY);
    (void)X509_gmtime_adj(X509_getm_notAfter(made.certificate), DAY);
    (void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1, 0);
    (void)X509_set_issuer_name(made.certificate, X509_get_subject_name(by->certificate));
    (void)X509_set_pubkey(made.certificate, made.key);
    add_extension(made.certificate, by->certificate, NID_basic_constraints, issuer == NULL ? "critical,CA:TRUE" : "CA:FALSE");
    if (names != NULL)
        add_extension(made.certificate, by->certificate, NID_subject_alt_name, names);
    assert_true(X509_sign(made.certificate, by->key, EVP_sha256()) > 0);
    return made;
}

static void release(struct signer *signer)
{
    X509_free(signer->certificate);
    EVP_PKEY_free(signer->key);
}

static char *write_certificate(const char *folder, const char *name, X509 *certificate)
{
    char *path = memory_format("%s/%s.crt", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    assert_int_equal(fclose(file), 0);
    return path;
}

static char *write_key(const char *folder, const char *name, EVP_PKEY *key)
{
    char *path = memory_format("%s/%s.key", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(fclose(file), 0);
    return path;
}

struct test_certificates test_certificates_create(const char *folder, const char *server_name)
{
    AUTO_FREE char *names = memory_format("DNS:%s,IP:127.0.0.1", server_name);
    struct signer authority = make("authority", NULL, NULL, 1);
    struct signer server = make(server_name, &authority, names, 2);
    struct signer client = make("client", &authority, NULL, 3);
    const struct test_certificates certificates = {
        .authority = write_certificate(folder, "authority", authority.certificate),
        .server_certificate = write_certificate(folder, "server", server.certificate),
        .server_key = write_key(folder, "server", server.key),
        .client_certificate = write_certificate(folder, "client", client.certificate),
        .client_key = write_key(folder, "client", client.key),
    };
    release(&authority);
    release(&server);
    release(&client);
    return certificates;
}

void test_certificates_release(struct test_certificates *certificates)
{
    free(certificates->authority);
    free(certificates->server_certificate);
    free(certificates->server_key);
    free(certificates->client_certificate);
    free(certificates->client_key);
    *certificates = (struct test_certificates){0};
}
