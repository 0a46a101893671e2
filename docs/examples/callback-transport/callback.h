/* A transport whose wire is a call: "callback:" URLs lead to a function of this program, as they could lead to a serial line or a radio.
 * The table of cmpkit/transport.h in its smallest form: a client, no server, no thread, no option. */
#ifndef CALLBACK_H
#define CALLBACK_H
#include <cmpkit/transport.h>

/* Carries one message there, and its answer back into `answer`, up to `room` octets. Returns its size; 0: nothing came back. */
typedef size_t (*wire_fn)(void *wire, const uint8_t *message, size_t size, uint8_t *answer, size_t room);

/* Before the first exchange, for the whole process. */
void callback_set_wire(wire_fn carry, void *wire);
extern const cmpkit_transport_plugin callback_transport;
#endif
