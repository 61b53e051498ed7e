from uservault.kit.repository import Repository
from uservault.mail.models import Letter


class LetterRepository(Repository[Letter]):
    model = Letter
