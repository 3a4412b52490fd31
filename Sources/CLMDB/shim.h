#ifndef WRIT_CLMDB_SHIM_H
#define WRIT_CLMDB_SHIM_H

#include <lmdb.h>

#endif
