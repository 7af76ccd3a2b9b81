#include "handle.h"

#include "connection.h"

namespace libvirt {

const char* nameOf(Kind kind) {
  switch (kind) {
    case Kind::Connection: return "connection";
    case Kind::Domain: return "domain";
    case Kind::Pool: return "storage pool";
    case Kind::Volume: return "storage volume";
    case Kind::Network: return "network";
    case Kind::Secret: return "secret";
    case Kind::NodeDevice: return "node device";
    case Kind::Snapshot: return "snapshot";
    case Kind::Checkpoint: return "checkpoint";
    case Kind::Stream: return "stream";
  }
  return "object";
}

namespace {

template <class T>
std::string uuidOf(int (*get)(T, char*), T object) {
  char uuid[VIR_UUID_STRING_BUFLEN] = "";
  get(object, uuid);
  return uuid;
}

/** What libvirt keeps in the object itself: reading it asks nothing of the host. */
Fields fieldsOf(Kind kind, void* object) {
  switch (kind) {
    case Kind::Domain: {
      auto domain = static_cast<virDomainPtr>(object);
      // No id is (unsigned)-1 in libvirt.
      return {{"name", virDomainGetName(domain)},
              {"uuid", uuidOf(virDomainGetUUIDString, domain)},
              {"id", int(virDomainGetID(domain))}};
    }
    case Kind::Pool: {
      auto pool = static_cast<virStoragePoolPtr>(object);
      return {{"name", virStoragePoolGetName(pool)}, {"uuid", uuidOf(virStoragePoolGetUUIDString, pool)}};
    }
    case Kind::Volume: {
      auto volume = static_cast<virStorageVolPtr>(object);
      return {{"name", virStorageVolGetName(volume)}, {"key", virStorageVolGetKey(volume)}};
    }
    case Kind::Network: {
      auto network = static_cast<virNetworkPtr>(object);
      return {{"name", virNetworkGetName(network)}, {"uuid", uuidOf(virNetworkGetUUIDString, network)}};
    }
    case Kind::Secret: {
      auto secret = static_cast<virSecretPtr>(object);
      const char* usage = virSecretGetUsageID(secret);
      return {{"uuid", uuidOf(virSecretGetUUIDString, secret)},
              {"usageType", virSecretGetUsageType(secret)},
              {"usageID", usage ? usage : ""}};
    }
    case Kind::NodeDevice: return {{"name", virNodeDeviceGetName(static_cast<virNodeDevicePtr>(object))}};
    case Kind::Snapshot: return {{"name", virDomainSnapshotGetName(static_cast<virDomainSnapshotPtr>(object))}};
    case Kind::Checkpoint: return {{"name", virDomainCheckpointGetName(static_cast<virDomainCheckpointPtr>(object))}};
    case Kind::Connection:
    case Kind::Stream: return {};
  }
  return {};
}

void freeObject(Kind kind, void* object) {
  switch (kind) {
    case Kind::Domain: virDomainFree(static_cast<virDomainPtr>(object)); break;
    case Kind::Pool: virStoragePoolFree(static_cast<virStoragePoolPtr>(object)); break;
    case Kind::Volume: virStorageVolFree(static_cast<virStorageVolPtr>(object)); break;
    case Kind::Network: virNetworkFree(static_cast<virNetworkPtr>(object)); break;
    case Kind::Secret: virSecretFree(static_cast<virSecretPtr>(object)); break;
    case Kind::NodeDevice: virNodeDeviceFree(static_cast<virNodeDevicePtr>(object)); break;
    case Kind::Snapshot: virDomainSnapshotFree(static_cast<virDomainSnapshotPtr>(object)); break;
    case Kind::Checkpoint: virDomainCheckpointFree(static_cast<virDomainCheckpointPtr>(object)); break;
    case Kind::Stream: virStreamFree(static_cast<virStreamPtr>(object)); break;
    case Kind::Connection: break;
  }
}

}  // namespace

Handle::Handle(std::shared_ptr<Connection> owner, Kind kindOfObject, void* libvirtObject)
    : connection(std::move(owner)), kind(kindOfObject), object(libvirtObject), fields(fieldsOf(kind, object)) {
  connection->addHandle(this);
}

Handle::~Handle() {
  connection->removeHandle(this);
}

// Called with the connection's registry locked: the destructor on one thread and the close on another may meet here.
void Handle::free() {
  if (!object) return;
  freeObject(kind, object);
  object = nullptr;
}

}  // namespace libvirt
