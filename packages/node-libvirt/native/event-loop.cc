#include "event-loop.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "failure.h"

namespace libvirt {

void startEventLoop() {
  static std::once_flag once;
  std::call_once(once, [] {
    // By default libvirt writes every error to stderr; here each goes to the call that caused it.
    virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
    check(virInitialize());
    check(virEventRegisterDefaultImpl());
    std::thread([] {
      for (;;) {
        // It fails only if no implementation is registered; the pause is so that even then nothing spins.
        if (virEventRunDefaultImpl() < 0) std::this_thread::sleep_for(std::chrono::seconds(1));
      }
    }).detach();
  });
}

}  // namespace libvirt
