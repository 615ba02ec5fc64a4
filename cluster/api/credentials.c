#include "cluster/api/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/base64.h"
#include "common/buffer.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/random.h"

#define TOKEN_BYTES 32
#define KUBECONFIG_MAXIMUM (64 * 1024)

static void key_free_pointer(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void certificate_free_pointer(X509 **certificate)
{
    X509_free(*certificate);
}

static int openssl_error(struct error *error, const char *what)
{
    char reason[256];
    ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
    return error_set(error, "cannot make %s: %s", what, reason);
}

static int add_extension(X509 *certificate, X509 *issuer, int identifier, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, identifier, value);
    int outcome = extension != NULL ? X509_add_ext(certificate, extension, -1) : 0;
    X509_EXTENSION_free(extension);
    return outcome == 1 ? 0 : -1;
}

static int set_names(X509 *certificate, X509 *issuer, const char *common_name)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    int length = (int)strlen(common_name);
    if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)common_name, length, -1, 0) != 1)
        return -1;
    return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 ? 0 : -1;
}

static int set_serial(X509 *certificate)
{
    uint64_t serial = 0;
    random_fill(&serial, sizeof serial);
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1 ? 0 : -1;
}

static int set_validity(X509 *certificate, int64_t now_wall)
{
    time_t now = (time_t)(now_wall / NANOSECONDS_PER_SECOND);
    bool fine = ASN1_TIME_set(X509_getm_notBefore(certificate), now - 3600) != NULL &&
                ASN1_TIME_set(X509_getm_notAfter(certificate), now + 365 * 86400) != NULL;
    return fine ? 0 : -1;
}

/* An unsigned certificate of key with the names and the validity; NULL on failure. issuer NULL: itself. */
static X509 *certificate_prepare(EVP_PKEY *key, X509 *issuer, const char *common_name, int64_t now_wall)
{
    CLEANUP(certificate_free_pointer) X509 *certificate = X509_new();
    if (certificate == NULL || X509_set_version(certificate, 2) != 1 || set_serial(certificate) != 0 ||
        set_validity(certificate, now_wall) != 0 || X509_set_pubkey(certificate, key) != 1 ||
        set_names(certificate, issuer != NULL ? issuer : certificate, common_name) != 0)
        return NULL;
    return steal_pointer(&certificate);
}

static X509 *make_authority(EVP_PKEY *key, int64_t now_wall)
{
    CLEANUP(certificate_free_pointer) X509 *certificate = certificate_prepare(key, NULL, "labcluster-ca", now_wall);
    if (certificate == NULL || add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE") != 0 ||
        add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,digitalSignature") != 0 ||
        add_extension(certificate, certificate, NID_subject_key_identifier, "hash") != 0 ||
        X509_sign(certificate, key, EVP_sha256()) == 0)
        return NULL;
    return steal_pointer(&certificate);
}

static X509 *make_server(EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key, const char *address, int64_t now_wall)
{
    CLEANUP(certificate_free_pointer) X509 *certificate = certificate_prepare(key, authority, "labcluster", now_wall);
    AUTO_FREE char *names = memory_format("IP:%s,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default", address);
    if (certificate == NULL || add_extension(certificate, authority, NID_basic_constraints, "critical,CA:FALSE") != 0 ||
        add_extension(certificate, authority, NID_key_usage, "critical,digitalSignature") != 0 ||
        add_extension(certificate, authority, NID_ext_key_usage, "serverAuth") != 0 ||
        add_extension(certificate, authority, NID_authority_key_identifier, "keyid") != 0 ||
        add_extension(certificate, authority, NID_subject_alt_name, names) != 0 ||
        X509_sign(certificate, authority_key, EVP_sha256()) == 0)
        return NULL;
    return steal_pointer(&certificate);
}

static char *memory_bio_text(BIO *memory)
{
    char *bytes = NULL;
    long length = BIO_get_mem_data(memory, &bytes);
    return memory_copy_bytes(bytes, length > 0 ? (size_t)length : 0);
}

static char *certificate_text(X509 *certificate)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *text = memory != NULL && PEM_write_bio_X509(memory, certificate) == 1 ? memory_bio_text(memory) : NULL;
    BIO_free(memory);
    return text;
}

static char *key_text(EVP_PKEY *key)
{
    BIO *memory = BIO_new(BIO_s_secmem());
    bool fine = memory != NULL && PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) == 1;
    char *text = fine ? memory_bio_text(memory) : NULL;
    BIO_free(memory);
    return text;
}

int credentials_make(const char *address, int64_t now_wall, struct credentials *credentials, struct error *error)
{
    *credentials = (struct credentials){0};
    CLEANUP(key_free_pointer) EVP_PKEY *authority_key = EVP_EC_gen("P-256");
    CLEANUP(key_free_pointer) EVP_PKEY *server_key = EVP_EC_gen("P-256");
    if (authority_key == NULL || server_key == NULL)
        return openssl_error(error, "a key");
    CLEANUP(certificate_free_pointer) X509 *authority = make_authority(authority_key, now_wall);
    if (authority == NULL)
        return openssl_error(error, "the authority's certificate");
    CLEANUP(certificate_free_pointer) X509 *server = make_server(server_key, authority, authority_key, address, now_wall);
    if (server == NULL)
        return openssl_error(error, "the server's certificate");
    credentials->authority_certificate = certificate_text(authority);
    credentials->server_certificate = certificate_text(server);
    credentials->server_key = key_text(server_key);
    credentials->token = random_hex(TOKEN_BYTES, memory_allocate(HEX_TEXT_SIZE(TOKEN_BYTES), 1));
    credentials->account_key = json_web_key_create(error);
    if (credentials->authority_certificate != NULL && credentials->server_certificate != NULL &&
        credentials->server_key != NULL && credentials->account_key != NULL)
        return 0;
    credentials_release(credentials);
    return openssl_error(error, "the credentials' text");
}

void credentials_release(struct credentials *credentials)
{
    free(credentials->authority_certificate);
    free(credentials->server_certificate);
    memory_wipe_text(credentials->server_key);
    memory_wipe_text(credentials->token);
    json_web_key_destroy(credentials->account_key);
    *credentials = (struct credentials){0};
}

static void kubeconfig_text(const struct credentials *credentials, const char *name, const char *server_url, struct buffer *text)
{
    AUTO_FREE char *authority = base64_encode(credentials->authority_certificate, strlen(credentials->authority_certificate));
    buffer_append_text(text, "apiVersion: v1\nkind: Config\n");
    buffer_append_format(text, "clusters:\n- name: \"%s\"\n  cluster:\n    server: \"%s\"\n", name, server_url);
    buffer_append_format(text, "    certificate-authority-data: %s\n", authority);
    buffer_append_format(text, "users:\n- name: \"%s\"\n  user:\n    token: \"%s\"\n", name, credentials->token);
    buffer_append_format(text, "contexts:\n- name: \"%s\"\n  context:\n", name);
    buffer_append_format(text, "    cluster: \"%s\"\n    user: \"%s\"\n    namespace: default\n", name, name);
    buffer_append_format(text, "current-context: \"%s\"\n", name);
}

/* The name is put between double quotes in YAML. */
static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && strpbrk(name, "\"\\\n\r\t") == NULL;
}

int credentials_write_kubeconfig(const struct credentials *credentials, const char *path, const char *name,
                                 const char *server_url, struct error *error)
{
    if (!is_plain_name(name) || !is_plain_name(server_url))
        return error_set(error, "a kubeconfig cannot hold the name \"%s\"", name);
    struct buffer text;
    buffer_init(&text, KUBECONFIG_MAXIMUM);
    kubeconfig_text(credentials, name, server_url, &text);
    int outcome = text.overflowed ? error_set(error, "the kubeconfig would be too large")
                                  : file_write(path, text.data, text.length, 0600, error);
    OPENSSL_cleanse(text.data, text.length);
    buffer_release(&text);
    return outcome;
}

bool credentials_token_matches(const struct credentials *credentials, const char *token)
{
    size_t length = strlen(credentials->token);
    return token != NULL && strlen(token) == length && CRYPTO_memcmp(token, credentials->token, length) == 0;
}
