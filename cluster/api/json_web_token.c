#include "cluster/api/json_web_token.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "common/base64.h"
#include "common/random.h"

/* A P-256 signature is two numbers of this size. */
#define NUMBER_BYTES 32
#define SIGNATURE_BYTES (2 * NUMBER_BYTES)
#define DER_MAXIMUM 80
#define KEY_ID_BYTES 32

struct json_web_key {
    EVP_PKEY *key;
    char *header; /* base64url */
};

static char *base64url_encode(const void *bytes, size_t length)
{
    char *text = base64_encode(bytes, length);
    text[strcspn(text, "=")] = '\0';
    for (char *at = text; *at != '\0'; at++)
        *at = (char)(*at == '+' ? '-' : *at == '/' ? '_' : *at);
    return text;
}

/* NULL when the text has characters of another alphabet. */
static char *base64url_decode(const char *text, size_t text_length, size_t *length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    AUTO_FREE char *standard = memory_allocate(text_length + 4, 1);
    memcpy(standard, text, text_length);
    if (strspn(standard, digits) != text_length)
        return NULL;
    for (size_t i = 0; i < text_length; i++)
        standard[i] = (char)(standard[i] == '-' ? '+' : standard[i] == '_' ? '/' : standard[i]);
    for (size_t i = text_length; i % 4 != 0; i++)
        standard[i] = '=';
    return base64_decode(standard, length, NULL);
}

/* The key's name is of no use here but to people: there is one key. */
static char *make_header(void)
{
    unsigned char random[KEY_ID_BYTES];
    random_fill(random, sizeof random);
    AUTO_FREE char *identifier = base64url_encode(random, sizeof random);
    AUTO_FREE char *text = memory_format("{\"alg\":\"ES256\",\"kid\":\"%s\"}", identifier);
    return base64url_encode(text, strlen(text));
}

struct json_web_key *json_web_key_create(struct error *error)
{
    struct json_web_key *key = memory_allocate(1, sizeof *key);
    key->key = EVP_EC_gen("P-256");
    if (key->key == NULL) {
        (void)error_set(error, "cannot make the key of the service account tokens");
        free(key);
        return NULL;
    }
    key->header = make_header();
    return key;
}

void json_web_key_destroy(struct json_web_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->key);
    free(key->header);
    free(key);
}

/* OpenSSL's form of the signature (DER) as the two plain numbers of a token. */
static int numbers_of(const unsigned char *der, size_t length, unsigned char signature[SIGNATURE_BYTES])
{
    ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &der, (long)length);
    int outcome = -1;
    if (parsed != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(parsed), signature, NUMBER_BYTES) == NUMBER_BYTES &&
        BN_bn2binpad(ECDSA_SIG_get0_s(parsed), signature + NUMBER_BYTES, NUMBER_BYTES) == NUMBER_BYTES)
        outcome = 0;
    ECDSA_SIG_free(parsed);
    return outcome;
}

/* The length of the DER; 0 when it cannot be made. */
static size_t der_of(const unsigned char signature[SIGNATURE_BYTES], unsigned char der[DER_MAXIMUM])
{
    ECDSA_SIG *parsed = ECDSA_SIG_new();
    BIGNUM *first = BN_bin2bn(signature, NUMBER_BYTES, NULL);
    BIGNUM *second = BN_bin2bn(signature + NUMBER_BYTES, NUMBER_BYTES, NULL);
    int length = 0;
    if (parsed != NULL && first != NULL && second != NULL && ECDSA_SIG_set0(parsed, first, second) == 1) {
        first = second = NULL; /* the signature's from here on */
        length = i2d_ECDSA_SIG(parsed, &der);
    }
    BN_free(first);
    BN_free(second);
    ECDSA_SIG_free(parsed);
    return length > 0 ? (size_t)length : 0;
}

char *json_web_token_sign(const struct json_web_key *key, const cJSON *claims)
{
    AUTO_FREE char *payload = json_print(claims);
    AUTO_FREE char *encoded = base64url_encode(payload, strlen(payload));
    AUTO_FREE char *signed_part = memory_format("%s.%s", key->header, encoded);
    unsigned char der[DER_MAXIMUM];
    unsigned char signature[SIGNATURE_BYTES];
    size_t length = sizeof der;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool made = context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->key) == 1 &&
                EVP_DigestSign(context, der, &length, (const unsigned char *)signed_part, strlen(signed_part)) == 1 &&
                numbers_of(der, length, signature) == 0;
    EVP_MD_CTX_free(context);
    if (!made)
        return NULL;
    AUTO_FREE char *last = base64url_encode(signature, sizeof signature);
    return memory_format("%s.%s", signed_part, last);
}

static bool signature_is_right(const struct json_web_key *key, const char *signed_part, size_t signed_length,
                               const char *signature_text)
{
    size_t length = 0;
    AUTO_FREE char *signature = base64url_decode(signature_text, strlen(signature_text), &length);
    if (signature == NULL || length != SIGNATURE_BYTES)
        return false;
    unsigned char der[DER_MAXIMUM];
    size_t der_length = der_of((const unsigned char *)signature, der);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool right = der_length > 0 && context != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key->key) == 1 &&
                 EVP_DigestVerify(context, der, der_length, (const unsigned char *)signed_part, signed_length) == 1;
    EVP_MD_CTX_free(context);
    return right;
}

cJSON *json_web_token_verify(const struct json_web_key *key, const char *text)
{
    if (strlen(text) > JSON_WEB_TOKEN_MAXIMUM)
        return NULL;
    const char *first = strchr(text, '.');
    const char *second = first != NULL ? strchr(first + 1, '.') : NULL;
    if (second == NULL || strchr(second + 1, '.') != NULL)
        return NULL;
    size_t header_length = (size_t)(first - text);
    if (header_length != strlen(key->header) || memcmp(text, key->header, header_length) != 0 ||
        !signature_is_right(key, text, (size_t)(second - text), second + 1))
        return NULL;
    size_t length = 0;
    AUTO_FREE char *payload = base64url_decode(first + 1, (size_t)(second - first - 1), &length);
    return payload != NULL ? json_parse(payload, length, NULL) : NULL;
}
