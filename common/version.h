/* The one place that names the version; also the tag of the image in the manifests. */
#ifndef COMMON_VERSION_H
#define COMMON_VERSION_H

#define HPALAB_VERSION "0.1.0"

#endif
