// Domains: life, definition, devices, disks, snapshots and checkpoints.
#include "binding.h"

namespace libvirt {

namespace {

Napi::Value state(Args& args) {
  auto domain = args.take<virDomainPtr>();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    int state = 0, reason = 0;
    check(virDomainGetState(domain, &state, &reason, flags));
    return Fields{{"state", state}, {"reason", reason}};
  });
}

Napi::Value info(Args& args) {
  auto domain = args.take<virDomainPtr>();
  return args.run([=]() -> Value {
    virDomainInfo info = {};
    check(virDomainGetInfo(domain, &info));
    return Fields{{"state", int(info.state)},
                  {"maxMem", info.maxMem},
                  {"memory", info.memory},
                  {"nrVirtCpu", int(info.nrVirtCpu)},
                  {"cpuTime", info.cpuTime}};
  });
}

Napi::Value controlInfo(Args& args) {
  auto domain = args.take<virDomainPtr>();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    virDomainControlInfo info = {};
    check(virDomainGetControlInfo(domain, &info, flags));
    return Fields{{"state", info.state}, {"details", info.details}, {"stateTime", info.stateTime}};
  });
}

Napi::Value autostart(Args& args) {
  auto domain = args.take<virDomainPtr>();
  return args.run([=]() -> Value {
    int autostart = 0;
    check(virDomainGetAutostart(domain, &autostart));
    return autostart != 0;
  });
}

Napi::Value setAutostart(Args& args) {
  auto domain = args.take<virDomainPtr>();
  bool autostart = args.takeBoolean();
  return args.run([=]() -> Value {
    check(virDomainSetAutostart(domain, autostart));
    return Value();
  });
}

Napi::Value blockInfo(Args& args) {
  auto domain = args.take<virDomainPtr>();
  Text disk = args.takeText();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    virDomainBlockInfo info = {};
    check(virDomainGetBlockInfo(domain, disk, &info, flags));
    return Fields{{"capacity", info.capacity}, {"allocation", info.allocation}, {"physical", info.physical}};
  });
}

Napi::Value diskErrors(Args& args) {
  auto domain = args.take<virDomainPtr>();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    int most = check(virDomainGetDiskErrors(domain, nullptr, 0, flags));
    List list;
    if (most == 0) return list;
    std::vector<virDomainDiskError> errors(size_t(most), virDomainDiskError{});
    int count = check(virDomainGetDiskErrors(domain, errors.data(), unsigned(most), flags));
    for (int index = 0; index < count; index++) {
      auto& error = errors[size_t(index)];
      list.emplace_back(Fields{{"disk", error.disk}, {"error", error.error}});
      free(error.disk);
    }
    return list;
  });
}

}  // namespace

void registerDomain(Registry& registry) {
  LIBVIRT_BIND_LIST(registry, virConnectListAllDomains);
  LIBVIRT_BIND(registry, As::Nothing, virDomainLookupByName);
  LIBVIRT_BIND(registry, As::Nothing, virDomainLookupByUUIDString);
  LIBVIRT_BIND(registry, As::Nothing, virDomainLookupByID);
  LIBVIRT_BIND(registry, As::Nothing, virDomainCreateXML);
  LIBVIRT_BIND(registry, As::Nothing, virDomainDefineXMLFlags);
  LIBVIRT_BIND(registry, As::Nothing, virDomainCreateWithFlags);
  LIBVIRT_BIND(registry, As::Nothing, virDomainShutdownFlags);
  LIBVIRT_BIND(registry, As::Nothing, virDomainDestroyFlags);
  LIBVIRT_BIND(registry, As::Nothing, virDomainReset);
  LIBVIRT_BIND(registry, As::Nothing, virDomainReboot);
  LIBVIRT_BIND(registry, As::Nothing, virDomainSuspend);
  LIBVIRT_BIND(registry, As::Nothing, virDomainResume);
  LIBVIRT_BIND(registry, As::Nothing, virDomainUndefineFlags);
  LIBVIRT_BIND(registry, As::Nothing, virDomainGetXMLDesc);
  registry.add("virDomainGetState", state);
  registry.add("virDomainGetInfo", info);
  registry.add("virDomainGetControlInfo", controlInfo);
  LIBVIRT_BIND(registry, As::Boolean, virDomainIsActive);
  LIBVIRT_BIND(registry, As::Boolean, virDomainIsPersistent);
  LIBVIRT_BIND(registry, As::Boolean, virDomainIsUpdated);
  registry.add("virDomainGetAutostart", autostart);
  registry.add("virDomainSetAutostart", setAutostart);
  LIBVIRT_BIND(registry, As::Boolean, virDomainHasManagedSaveImage);
  LIBVIRT_BIND(registry, As::Nothing, virDomainManagedSave);
  LIBVIRT_BIND(registry, As::Nothing, virDomainManagedSaveRemove);
  LIBVIRT_BIND(registry, As::Nothing, virDomainManagedSaveGetXMLDesc);
  LIBVIRT_BIND(registry, As::Nothing, virDomainGetMetadata);
  LIBVIRT_BIND(registry, As::Nothing, virDomainSetMetadata);
  LIBVIRT_BIND(registry, As::Nothing, virDomainAttachDeviceFlags);
  LIBVIRT_BIND(registry, As::Nothing, virDomainDetachDeviceFlags);
  LIBVIRT_BIND(registry, As::Nothing, virDomainDetachDeviceAlias);
  LIBVIRT_BIND(registry, As::Nothing, virDomainUpdateDeviceFlags);
  registry.add("virDomainGetBlockInfo", blockInfo);
  registry.add("virDomainGetDiskErrors", diskErrors);

  LIBVIRT_BIND_LIST(registry, virDomainListAllSnapshots);
  LIBVIRT_BIND(registry, As::Nothing, virDomainSnapshotLookupByName);
  LIBVIRT_BIND(registry, As::Nothing, virDomainSnapshotCreateXML);
  LIBVIRT_BIND(registry, As::Nothing, virDomainSnapshotGetXMLDesc);
  LIBVIRT_BIND(registry, As::Boolean, virDomainSnapshotIsCurrent);
  LIBVIRT_BIND(registry, As::Nothing, virDomainSnapshotDelete);
  LIBVIRT_BIND(registry, As::Nothing, virDomainRevertToSnapshot);
  LIBVIRT_BIND_LIST(registry, virDomainListAllCheckpoints);
  LIBVIRT_BIND(registry, As::Nothing, virDomainCheckpointCreateXML);
  LIBVIRT_BIND(registry, As::Nothing, virDomainCheckpointGetXMLDesc);
  LIBVIRT_BIND(registry, As::Nothing, virDomainCheckpointDelete);
}

}  // namespace libvirt
