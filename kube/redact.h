/*
 * Texts without secrets.
 */
#ifndef KUBE_REDACT_H
#define KUBE_REDACT_H

/* Puts stars in the place of the secret wherever it stands, its beginning at the text's end included. NULL or "": nothing. */
void redact_secret(char *text, const char *secret);

#endif
