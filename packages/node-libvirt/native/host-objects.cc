// Networks, secrets and node devices.
#include "binding.h"

namespace libvirt {

namespace {

Napi::Value setSecretValue(Args& args) {
  auto secret = args.take<virSecretPtr>();
  // Shared, so that the one copy can be overwritten.
  auto value = std::make_shared<Bytes>(args.takeBytes());
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    int result = virSecretSetValue(secret, value->data(), value->size(), flags);
    wipe(value->data(), value->size());
    check(result);
    return Value();
  });
}

Napi::Value secretHasValue(Args& args) {
  auto secret = args.take<virSecretPtr>();
  return args.run([=]() -> Value {
    size_t size = 0;
    unsigned char* value = virSecretGetValue(secret, &size, 0);
    if (!value) {
      Failure failure = Failure::last();
      if (failure.code == VIR_ERR_NO_SECRET) return false;
      throw failure;
    }
    wipe(value, size);
    free(value);
    return true;
  });
}

Napi::Value secretValue(Args& args) {
  auto secret = args.take<virSecretPtr>();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    size_t size = 0;
    unsigned char* value = check(virSecretGetValue(secret, &size, flags));
    SecretBytes bytes(Bytes(value, value + size));
    wipe(value, size);
    free(value);
    return bytes;
  });
}

}  // namespace

void registerHostObjects(Registry& registry) {
  LIBVIRT_BIND_LIST(registry, virConnectListAllNetworks);
  LIBVIRT_BIND(registry, As::Nothing, virNetworkLookupByName);
  LIBVIRT_BIND(registry, As::Nothing, virNetworkLookupByUUIDString);
  LIBVIRT_BIND(registry, As::Nothing, virNetworkDefineXML);
  LIBVIRT_BIND(registry, As::Nothing, virNetworkCreate);
  LIBVIRT_BIND(registry, As::Nothing, virNetworkDestroy);
  LIBVIRT_BIND(registry, As::Nothing, virNetworkUndefine);
  LIBVIRT_BIND(registry, As::Boolean, virNetworkIsActive);
  LIBVIRT_BIND(registry, As::Boolean, virNetworkIsPersistent);
  LIBVIRT_BIND(registry, As::Nothing, virNetworkGetXMLDesc);

  LIBVIRT_BIND_LIST(registry, virConnectListAllSecrets);
  LIBVIRT_BIND(registry, As::Nothing, virSecretLookupByUUIDString);
  LIBVIRT_BIND(registry, As::Nothing, virSecretLookupByUsage);
  LIBVIRT_BIND(registry, As::Nothing, virSecretDefineXML);
  registry.add("virSecretSetValue", setSecretValue);
  registry.add("virSecretGetValue", secretValue);
  registry.add("secretHasValue", secretHasValue);
  LIBVIRT_BIND(registry, As::Nothing, virSecretGetXMLDesc);
  LIBVIRT_BIND(registry, As::Nothing, virSecretUndefine);

  LIBVIRT_BIND_LIST(registry, virConnectListAllNodeDevices);
  LIBVIRT_BIND(registry, As::Nothing, virNodeDeviceLookupByName);
  LIBVIRT_BIND(registry, As::Nothing, virNodeDeviceGetXMLDesc);
  LIBVIRT_BIND(registry, As::Nothing, virNodeDeviceCreate);
  LIBVIRT_BIND(registry, As::Boolean, virNodeDeviceIsActive);
}

}  // namespace libvirt
