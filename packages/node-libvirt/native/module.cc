// The addon's functions and its start. See binding.h for how they are made.
#include <dlfcn.h>
#include <napi.h>

#include "binding.h"

namespace libvirt {

namespace {

/** Leaked: functions point into it as long as any environment lives. */
const Registry& registry() {
  static const Registry* functions = [] {
    auto made = new Registry();
    registerConnect(*made);
    registerDomain(*made);
    registerDomainJobs(*made);
    registerDomainAccess(*made);
    registerStorage(*made);
    registerHostObjects(*made);
    registerStream(*made);
    registerEvents(*made);
    return made;
  }();
  return *functions;
}

/** Wrong arguments reject, like every other failure: a function that gives a promise does not throw. */
Napi::Value invoke(const Napi::CallbackInfo& info) {
  auto entry = static_cast<const Registry::Entry*>(info.Data());
  try {
    Args args(info, entry->name);
    return entry->function(args);
  } catch (const Napi::Error& error) {
    auto deferred = Napi::Promise::Deferred::New(info.Env());
    deferred.Reject(error.Value());
    return deferred.Promise();
  }
}

Napi::Value setErrors(const Napi::CallbackInfo& info) {
  if (!info[0].IsFunction() || !info[1].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "setErrors takes two functions");
  }
  auto environment = Environment::of(info.Env());
  environment->errorFactory = Napi::Persistent(info[0].As<Napi::Function>());
  environment->timeoutFactory = Napi::Persistent(info[1].As<Napi::Function>());
  return info.Env().Undefined();
}

Napi::Value release(const Napi::CallbackInfo& info) {
  Box* box = Environment::of(info.Env())->unwrap(info[0]);
  if (!box || box->isConnection) throw Napi::TypeError::New(info.Env(), "release takes a handle");
  bool held = box->handle != nullptr;
  Environment::empty(*box);
  return Napi::Boolean::New(info.Env(), held);
}

/**
 * Node unloads an addon with the last environment that uses it. Threads may still be in it, waiting for libvirt: it
 * stays in memory.
 */
void stayLoaded() {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&stayLoaded), &self)) dlopen(self.dli_fname, RTLD_NOW | RTLD_NODELETE);
}

Napi::Object start(Napi::Env env, Napi::Object exports) {
  stayLoaded();
  Environment::create(env);
  exports.Set("setErrors", Napi::Function::New(env, setErrors, "setErrors"));
  exports.Set("release", Napi::Function::New(env, release, "release"));
  for (const auto& entry : registry().entries) {
    exports.Set(entry.name,
                Napi::Function::New(env, invoke, entry.name, const_cast<Registry::Entry*>(&entry)));
  }
  return exports;
}

}  // namespace

}  // namespace libvirt

static Napi::Object init(Napi::Env env, Napi::Object exports) { return libvirt::start(env, exports); }

NODE_API_MODULE(node_libvirt, init)
