// Storage pools and volumes. The transfer of volumes' bytes is in stream.cc.
#include "binding.h"

namespace libvirt {

namespace {

Napi::Value poolInfo(Args& args) {
  auto pool = args.take<virStoragePoolPtr>();
  return args.run([=]() -> Value {
    virStoragePoolInfo info = {};
    check(virStoragePoolGetInfo(pool, &info));
    return Fields{{"state", info.state},
                  {"capacity", info.capacity},
                  {"allocation", info.allocation},
                  {"available", info.available}};
  });
}

Napi::Value poolAutostart(Args& args) {
  auto pool = args.take<virStoragePoolPtr>();
  return args.run([=]() -> Value {
    int autostart = 0;
    check(virStoragePoolGetAutostart(pool, &autostart));
    return autostart != 0;
  });
}

Napi::Value setPoolAutostart(Args& args) {
  auto pool = args.take<virStoragePoolPtr>();
  bool autostart = args.takeBoolean();
  return args.run([=]() -> Value {
    check(virStoragePoolSetAutostart(pool, autostart));
    return Value();
  });
}

Napi::Value volumeInfo(Args& args) {
  auto volume = args.take<virStorageVolPtr>();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    virStorageVolInfo info = {};
    // Not every driver has the newer function.
    check(flags ? virStorageVolGetInfoFlags(volume, &info, flags) : virStorageVolGetInfo(volume, &info));
    return Fields{{"type", info.type}, {"capacity", info.capacity}, {"allocation", info.allocation}};
  });
}

}  // namespace

void registerStorage(Registry& registry) {
  LIBVIRT_BIND_LIST(registry, virConnectListAllStoragePools);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolLookupByName);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolLookupByUUIDString);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolLookupByTargetPath);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolLookupByVolume);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolCreateXML);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolDefineXML);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolBuild);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolCreate);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolDestroy);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolUndefine);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolRefresh);
  registry.add("virStoragePoolGetInfo", poolInfo);
  LIBVIRT_BIND(registry, As::Nothing, virStoragePoolGetXMLDesc);
  LIBVIRT_BIND(registry, As::Boolean, virStoragePoolIsActive);
  LIBVIRT_BIND(registry, As::Boolean, virStoragePoolIsPersistent);
  registry.add("virStoragePoolGetAutostart", poolAutostart);
  registry.add("virStoragePoolSetAutostart", setPoolAutostart);
  LIBVIRT_BIND_LIST(registry, virStoragePoolListAllVolumes);
  LIBVIRT_BIND(registry, As::Nothing, virStorageVolLookupByName);
  LIBVIRT_BIND(registry, As::Nothing, virStorageVolLookupByPath);
  LIBVIRT_BIND(registry, As::Nothing, virStorageVolLookupByKey);
  LIBVIRT_BIND(registry, As::Nothing, virStorageVolCreateXML);
  LIBVIRT_BIND(registry, As::Nothing, virStorageVolCreateXMLFrom);
  LIBVIRT_BIND(registry, As::Nothing, virStorageVolDelete);
  registry.add("virStorageVolGetInfoFlags", volumeInfo);
  LIBVIRT_BIND(registry, As::Nothing, virStorageVolGetPath);
  LIBVIRT_BIND(registry, As::Nothing, virStorageVolGetXMLDesc);
  LIBVIRT_BIND(registry, As::Nothing, virStorageVolResize);
}

}  // namespace libvirt
