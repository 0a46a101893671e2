/* The public headers are C99 by themselves, and the constants and structs are what callers were compiled with. */
#include "cmpkit/cmpkit.h"
#include "cmpkit/transport.h"

#include <stddef.h>

#define SAME(name, condition) typedef char name[(condition) ? 1 : -1]
SAME(ok_is_zero, CMPKIT_OK == 0);
SAME(memory_is_2, CMPKIT_E_MEMORY == -2);
SAME(rejected_is_85, CMPKIT_E_REJECTED == -85);
SAME(internal_is_199, CMPKIT_E_INTERNAL == -199);
SAME(kur_is_7, CMPKIT_ENROLL_KUR == 7);
SAME(done_is_4, CMPKIT_ACTION_DONE == 4);
SAME(enroll_size_first, offsetof(cmpkit_enroll_options, struct_size) == 0);
SAME(revoke_size_first, offsetof(cmpkit_revoke_options, struct_size) == 0);
SAME(ca_size_first, offsetof(cmpkit_ca_options, struct_size) == 0);
SAME(transport_magic_first, offsetof(cmpkit_transport_plugin, magic) == 0);

int cmpkit_header_is_c99(void);
int cmpkit_header_is_c99(void) {
    cmpkit_enroll_options enroll = CMPKIT_ENROLL_OPTIONS_INIT;
    cmpkit_revoke_options revoke = CMPKIT_REVOKE_OPTIONS_INIT;
    cmpkit_ca_options     found  = CMPKIT_CA_OPTIONS_INIT;
    return enroll.struct_size == sizeof enroll && revoke.struct_size == sizeof revoke && found.struct_size == sizeof found;
}
