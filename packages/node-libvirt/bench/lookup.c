/*
 * The least that a client can do: COUNT times look a domain up by its name and fetch its XML, one after the other.
 *   lookup URI NAME COUNT    prints milliseconds
 */
#include <libvirt/libvirt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
  if (argc != 4) return 64;
  virConnectPtr connection = virConnectOpen(argv[1]);
  if (!connection) return 1;
  double start = now();
  for (long count = atol(argv[3]); count > 0; count--) {
    virDomainPtr domain = virDomainLookupByName(connection, argv[2]);
    if (!domain) return 1;
    char *xml = virDomainGetXMLDesc(domain, 0);
    if (!xml) return 1;
    free(xml);
    virDomainFree(domain);
  }
  printf("%.3f\n", now() - start);
  virConnectClose(connection);
  return 0;
}
