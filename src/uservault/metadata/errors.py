from uservault.kit.problems import Invalid


class MetadataTooLarge(Invalid):
    title = "The object would be larger than 16 KiB."
