// Domains: jobs, block jobs and migration.
#include "binding.h"
#include "typed-parameters.h"

namespace libvirt {

namespace {

Napi::Value blockJobInfo(Args& args) {
  auto domain = args.take<virDomainPtr>();
  Text disk = args.takeText();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    virDomainBlockJobInfo info = {};
    if (check(virDomainGetBlockJobInfo(domain, disk, &info, flags)) == 0) return Null{};
    return Fields{{"type", info.type}, {"bandwidth", info.bandwidth}, {"cur", info.cur}, {"end", info.end}};
  });
}

Napi::Value jobInfo(Args& args) {
  auto domain = args.take<virDomainPtr>();
  return args.run([=]() -> Value {
    virDomainJobInfo info = {};
    check(virDomainGetJobInfo(domain, &info));
    return Fields{{"type", info.type},
                  {"timeElapsed", info.timeElapsed},
                  {"timeRemaining", info.timeRemaining},
                  {"dataTotal", info.dataTotal},
                  {"dataProcessed", info.dataProcessed},
                  {"dataRemaining", info.dataRemaining},
                  {"memTotal", info.memTotal},
                  {"memProcessed", info.memProcessed},
                  {"memRemaining", info.memRemaining},
                  {"fileTotal", info.fileTotal},
                  {"fileProcessed", info.fileProcessed},
                  {"fileRemaining", info.fileRemaining}};
  });
}

Napi::Value jobStats(Args& args) {
  auto domain = args.take<virDomainPtr>();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    int type = 0, count = 0;
    virTypedParameterPtr params = nullptr;
    check(virDomainGetJobStats(domain, &type, &params, &count, flags));
    Fields fields{{"type", type}, {"params", fromTypedParameters(params, count)}};
    virTypedParamsFree(params, count);
    return fields;
  });
}

Napi::Value migrateToURI3(Args& args) {
  auto domain = args.take<virDomainPtr>();
  Text uri = args.takeText();
  TypedParameters parameters(args.takeArray());
  unsigned flags = args.takeUnsigned();
  return args.runApart([=]() -> Value {
    TypedParameters::Native native(parameters);
    check(virDomainMigrateToURI3(domain, uri, native.params, unsigned(native.count), flags));
    return Value();
  });
}

/** While a call of one connection uses another. */
class Visit {
 public:
  explicit Visit(Connection& host) : host_(host) {
    if (!host.enter()) throw Failure::closed();
  }
  ~Visit() { host_.leave(); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  Connection& host_;
};

Napi::Value migrate3(Args& args) {
  auto domain = args.take<virDomainPtr>();
  auto destination = args.takeOtherConnection();
  TypedParameters parameters(args.takeArray());
  unsigned flags = args.takeUnsigned();
  return args.runApart([=]() -> Value {
    Visit visit(*destination);
    TypedParameters::Native native(parameters);
    return adopt(destination,
                 check(virDomainMigrate3(domain, destination->pointer, native.params, unsigned(native.count), flags)));
  });
}

}  // namespace

void registerDomainJobs(Registry& registry) {
  registry.add("virDomainGetBlockJobInfo", blockJobInfo);
  LIBVIRT_BIND(registry, As::Nothing, virDomainBlockJobAbort);
  registry.add("virDomainGetJobInfo", jobInfo);
  registry.add("virDomainGetJobStats", jobStats);
  LIBVIRT_BIND(registry, As::Nothing, virDomainAbortJob);
  LIBVIRT_BIND(registry, As::Nothing, virDomainMigrateSetMaxDowntime);
  LIBVIRT_BIND(registry, As::Nothing, virDomainMigrateStartPostCopy);
  LIBVIRT_BIND(registry, As::Nothing, virDomainStartDirtyRateCalc);
  registry.add("virDomainMigrateToURI3", migrateToURI3);
  registry.add("virDomainMigrate3", migrate3);
}

}  // namespace libvirt
