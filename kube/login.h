/*
 * As whom a client asks at this moment: a fixed token or certificate, a token in a file that somebody keeps fresh (as
 * Kubernetes does for pods), or what a program hands out until it expires. Any thread may ask.
 */
#ifndef KUBE_LOGIN_H
#define KUBE_LOGIN_H

#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>

#include "kube/kubeconfig.h"

struct login {
    const struct kubeconfig *config;
    pthread_mutex_t mutex;
    /* Guarded by mutex, as is what follows. */
    char *token;                       /* what the file held */
    struct stat file;                  /* when it was read */
    int64_t read_at;                   /* monotonic */
    uint64_t version;                  /* changes whenever others are handed out; 0 = none yet */
    struct exec_credential handed_out; /* by the program */
    struct error trouble;              /* of the program's last run; "" = it was good */
    int64_t failed_at;                 /* monotonic */
};

/* The credentials of one request. Texts are owned; NULL = not set. */
struct identity {
    char *token;
    char *certificate; /* PEM, with its key */
    char *key;
    uint64_t version;
};

/* Borrows the configuration. Release with login_release. */
void login_init(struct login *login, const struct kubeconfig *config);
void login_release(struct login *login);

/* Fills identity, which identity_release wipes. A file is read anew when it has changed or ten seconds have passed; one that
 * cannot be read for a moment leaves the last token in use. A program is run when it has not been or what it handed out has
 * expired; -1 with an error when it fails, and for five seconds afterwards without running it. */
int login_current(struct login *login, struct identity *identity, struct error *error);
void identity_release(struct identity *identity);

/* The server has refused that version (401): the next request gets others. False when there can be no others. */
bool login_renew(struct login *login, uint64_t refused_version);

/* Puts stars in the place of every secret that is in use. */
void login_redact(struct login *login, char *text);

#endif
