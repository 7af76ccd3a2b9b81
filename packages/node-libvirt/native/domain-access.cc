// Domains: reaching into the guest, by its agent, screen, keyboard and graphics. Consoles are in stream.cc.
#include <unistd.h>

#include "binding.h"
#include "typed-parameters.h"

namespace libvirt {

namespace {

Napi::Value fsInfo(Args& args) {
  auto domain = args.take<virDomainPtr>();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    virDomainFSInfoPtr* infos = nullptr;
    int count = check(virDomainGetFSInfo(domain, &infos, flags));
    List list;
    for (int index = 0; index < count; index++) {
      auto info = infos[index];
      List aliases;
      for (size_t alias = 0; alias < info->ndevAlias; alias++) aliases.emplace_back(info->devAlias[alias]);
      list.emplace_back(Fields{{"mountpoint", info->mountpoint},
                               {"name", info->name},
                               {"fstype", info->fstype},
                               {"devAlias", std::move(aliases)}});
      virDomainFSInfoFree(info);
    }
    free(infos);
    return list;
  });
}

Napi::Value guestInfo(Args& args) {
  auto domain = args.take<virDomainPtr>();
  unsigned types = args.takeUnsigned();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    virTypedParameterPtr params = nullptr;
    int count = 0;
    check(virDomainGetGuestInfo(domain, types, &params, &count, flags));
    Fields fields = fromTypedParameters(params, count);
    virTypedParamsFree(params, count);
    return fields;
  });
}

Napi::Value sendKey(Args& args) {
  auto domain = args.take<virDomainPtr>();
  unsigned codeset = args.takeUnsigned();
  unsigned holdtime = args.takeUnsigned();
  Napi::Array array = args.takeArray();
  if (array.Length() > VIR_DOMAIN_SEND_KEY_MAX_KEYS) {
    args.wrong("at most " + std::to_string(VIR_DOMAIN_SEND_KEY_MAX_KEYS) + " key codes");
  }
  std::vector<unsigned> keycodes;
  for (uint32_t index = 0; index < array.Length(); index++) {
    keycodes.push_back(Args::toUnsigned(array[index], "a key code"));
  }
  unsigned flags = args.takeUnsigned();
  return args.run([=]() mutable -> Value {
    check(virDomainSendKey(domain, codeset, holdtime, keycodes.data(), int(keycodes.size()), flags));
    return Value();
  });
}

Napi::Value openGraphicsFD(Args& args) {
  auto domain = args.take<virDomainPtr>();
  unsigned index = args.takeUnsigned();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value { return check(virDomainOpenGraphicsFD(domain, index, flags)); },
                  [](Value& fd) { ::close(int(std::get<double>(fd.data))); });
}

}  // namespace

void registerDomainAccess(Registry& registry) {
  registry.add("virDomainGetFSInfo", fsInfo);
  registry.add("virDomainGetGuestInfo", guestInfo);
  registry.add("virDomainSendKey", sendKey);
  LIBVIRT_BIND(registry, As::Nothing, virDomainOpenGraphics);
  registry.add("virDomainOpenGraphicsFD", openGraphicsFD);
}

}  // namespace libvirt
