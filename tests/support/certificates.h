/*
 * Certificates for tests: an authority of one's own, a server's and a client's, in files.
 */
#ifndef TESTS_SUPPORT_CERTIFICATES_H
#define TESTS_SUPPORT_CERTIFICATES_H

struct test_certificates {
    char *authority;                       /* paths of files in PEM */
    char *server_certificate, *server_key; /* for DNS:NAME and IP:127.0.0.1 */
    char *client_certificate, *client_key; /* CN=client */
};

/* In a folder that exists; fails the test when it cannot. */
struct test_certificates test_certificates_create(const char *folder, const char *server_name);
void test_certificates_release(struct test_certificates *certificates);

#endif
